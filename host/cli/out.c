#include "host/cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/base64.h"
#include "host/cleanup.h"
#include "host/cli/say.h"
#include "host/fd.h"

#define HOME "/job/"

enum { NAME_CAP = 256, SHOWN_CAP = 512 };

int
out_open(const char *path, int *out_fd, struct err *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return err_set(err, ERR_USAGE, errno,
                       "--out: can't make the directory \"%s\"", path);
    *out_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*out_fd < 0)
        return err_set(err, ERR_USAGE, errno,
                       "--out: can't open the directory \"%s\"", path);
    return 0;
}

/* name is one name: no slash, not "..". */
static int
open_beneath(int dir, const char *name, int flags, mode_t mode)
{
    const struct open_how how = {
        .flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    long fd = syscall(SYS_openat2, dir, name, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return (int)fd;
    /* Linux 5.5 and older, or a filter that does not know it. */
    return openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

/* The folder of a path in it, made where it is missing; *out_last is its last
 * name.  -1 and errno. */
static int
open_folder(int dir, const char *path, char out_last[NAME_CAP])
{
    OWNED_FD at = fcntl(dir, F_DUPFD_CLOEXEC, 3);
    for (const char *name = path; at >= 0;) {
        size_t len = strcspn(name, "/");
        if (len == 0 || len >= NAME_CAP ||
            (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))) {
            errno = EINVAL;
            return -1;
        }
        memcpy(out_last, name, len);
        out_last[len] = '\0';
        if (name[len] == '\0')
            break;
        name += len + 1;
        if (mkdirat(at, out_last, 0777) != 0 && errno != EEXIST)
            return -1;
        int below = open_beneath(at, out_last, O_RDONLY | O_DIRECTORY, 0);
        close(at);
        at = below;
    }
    int folder = at;
    at = -1;
    return folder;
}

/* What has the name now may be replaced when it is a file. */
static int
check_target(int folder, const char *name)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -1;
    if (S_ISREG(st.st_mode))
        return 0;
    errno = S_ISDIR(st.st_mode)   ? EISDIR
            : S_ISLNK(st.st_mode) ? ELOOP
                                  : EEXIST;
    return -1;
}

static int
write_new(int folder, const char *name, const void *data, size_t len)
{
    char temporary[NAME_CAP];
    unsigned long long random = 0;
    struct err err;
    (void)!getrandom(&random, sizeof random, 0);
    snprintf(temporary, sizeof temporary, ".immure-%016llx", random);
    OWNED_FD fd =
        open_beneath(folder, temporary, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0)
        return -1;
    int failed = 0;
    if (fd_write_all(fd, data, len, &err) != 0)
        failed = err.sys_errno ? err.sys_errno : EIO;
    else if (check_target(folder, name) != 0 ||
             renameat(folder, temporary, folder, name) != 0)
        failed = errno;
    if (failed == 0)
        return 0;
    (void)unlinkat(folder, temporary, 0);
    errno = failed;
    return -1;
}

static int
write_file(int dir, const char *path, const json_t *content)
{
    char name[NAME_CAP];
    size_t len = json_string_length(content);
    const char *data = json_string_value(content);
    json_t *encoded = json_object_get(content, "base64");
    OWNED_STR decoded = NULL;
    if (encoded != NULL) {
        data = decoded = base64_decode(json_string_value(encoded),
                                       json_string_length(encoded), &len);
        if (data == NULL) {
            errno = EINVAL;
            return -1;
        }
    }
    OWNED_FD folder = open_folder(dir, path, name);
    return folder < 0 ? -1 : write_new(folder, name, data, len);
}

/* Whether it was written, or is none of ours. */
static bool
write_row(int dir, const json_t *row)
{
    const char *path = json_string_value(json_object_get(row, "path"));
    const json_t *content = json_object_get(row, "content");
    if (path == NULL || strncmp(path, HOME, strlen(HOME)) != 0)
        return true;
    path += strlen(HOME);
    if (content == NULL || json_is_null(content)) {
        say("--out: \"%.*s\" is not written: its content is not in the result",
            SHOWN_CAP, path);
        return false;
    }
    if (write_file(dir, path, content) == 0)
        return true;
    say("--out: can't write \"%.*s\": %s", SHOWN_CAP, path, strerror(errno));
    return false;
}

int
out_write(int dir, const char *json)
{
    size_t i;
    json_t *row;
    int lost = 0;
    json_t *result =
        json_loads(json, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    json_array_foreach(json_object_get(result, "files"), i, row)
        lost += !write_row(dir, row);
    if (json_is_true(json_object_get(result, "files_truncated")) &&
        lost == 0) {
        say("--out: not all files of the guest are in the result");
        lost = 1;
    }
    json_decref(result);
    return lost;
}
