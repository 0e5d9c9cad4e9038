#include "host/supervisor/given.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

enum { CHUNK = 256 << 10, ALIGN = 64 };

struct reading {
    int fd; /* of the memory file; -1 as long as there is no file */
    uint64_t size;
    char *chunk;
};

struct source {
    const char *key, *path;
    int fd;
    struct stat st;
};

static int
refuse(const struct source *source, int sys_errno, const char *why,
       struct err *err)
{
    return err_set(err, ERR_POLICY, sys_errno, "files.%s: %s%s", source->key,
                   source->path, why);
}

/* A FIFO would wait for its writer; a link may lead to another file each
 * time. */
static int
open_source(struct source *source, uint64_t left, struct err *err)
{
    source->fd = open(source->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
                                        O_NOCTTY | O_CLOEXEC);
    if (source->fd < 0)
        return errno == ELOOP
                   ? refuse(source, 0, " is a link, which is not given", err)
                   : refuse(source, errno, "", err);
    if (fstat(source->fd, &source->st) != 0)
        return refuse(source, errno, "", err);
    if (!S_ISREG(source->st.st_mode))
        return refuse(source, 0, " is no file", err);
    if ((uint64_t)source->st.st_size > left)
        return refuse(source, 0, ": over 1G together", err);
    return 0;
}

static bool
is_as_before(const struct source *source)
{
    struct stat now;
    return fstat(source->fd, &now) == 0 && now.st_size == source->st.st_size &&
           now.st_mtim.tv_sec == source->st.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == source->st.st_mtim.tv_nsec;
}

static int
copy(const struct source *source, const struct reading *reading,
     struct err *err)
{
    uint64_t done = 0, size = (uint64_t)source->st.st_size;
    for (;;) {
        ssize_t n = read(source->fd, reading->chunk, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse(source, errno, "", err);
        done += (uint64_t)n;
        if (n == 0 || done > size)
            break;
        if (fd_write_all(reading->fd, reading->chunk, (size_t)n, err) != 0)
            return -1;
    }
    if (done != size || !is_as_before(source))
        return refuse(source, 0, " changed while it was read", err);
    return 0;
}

static int
begin(struct reading *reading, struct err *err)
{
    if (reading->fd >= 0)
        return 0;
    reading->chunk = malloc(CHUNK);
    if (reading->chunk == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    reading->fd = memfd_create("files", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (reading->fd < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a memory file");
    return 0;
}

/* The bytes of one file behind those that are there: its row gets where. */
static int
add_file(struct reading *reading, struct source *source, json_t *row,
         struct err *err)
{
    uint64_t at = (reading->size + ALIGN - 1) / ALIGN * ALIGN;
    if (begin(reading, err) != 0)
        return -1;
    if (open_source(source, at < GIVEN_BYTES_MAX ? GIVEN_BYTES_MAX - at : 0,
                    err) != 0)
        return -1;
    if (lseek(reading->fd, (off_t)at, SEEK_SET) < 0)
        return err_set(err, ERR_SYSTEM, errno, "write a memory file");
    if (copy(source, reading, err) != 0)
        return -1;
    reading->size = at + (uint64_t)source->st.st_size;
    if (json_object_set_new(row, "at", json_integer((json_int_t)at)) != 0 ||
        json_object_set_new(row, "size", json_integer(source->st.st_size)) !=
            0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

static int
add_item(struct reading *reading, const char *key, const char *home,
         const char *item, json_t *rows, struct err *err)
{
    const char *equals = item ? strchr(item, '=') : NULL;
    if (equals == NULL || equals == item)
        return err_set(err, ERR_POLICY, 0, "files.%s: no NAME=PATH", key);
    size_t len = (size_t)(equals - item);
    json_t *row = json_pack("{s:o, s:b}", "path",
                            json_sprintf("%s/%.*s", home, (int)len, item),
                            "locked", strcmp(key, "read_write") != 0);
    if (row == NULL || json_array_append_new(rows, row) != 0)
        return err_set(err, ERR_POLICY, 0, "files.%s: no text: %s", key,
                       equals + 1);
    if (equals[-1] == '/')
        return 0;
    struct source source = {.key = key, .path = equals + 1, .fd = -1};
    int done = add_file(reading, &source, row, err);
    if (source.fd >= 0)
        close(source.fd);
    return done;
}

static int
add_lists(struct reading *reading, const json_t *files, json_t *rows,
          struct err *err)
{
    static const struct {
        const char *key, *home;
    } lists[] = {
        {"read_only", "/job"}, {"read_write", "/job"}, {"library", "/lib"}};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(files, lists[k].key), i, item)
            if (add_item(reading, lists[k].key, lists[k].home,
                         json_string_value(item), rows, err) != 0)
                return -1;
    }
    return 0;
}

static int
seal(const struct reading *reading, struct err *err)
{
    if (reading->fd >= 0 &&
        fcntl(reading->fd, F_ADD_SEALS,
              F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "seal a memory file");
    return 0;
}

int
given_read(json_t *files, int *out_fd, struct err *err)
{
    struct reading reading = {.fd = -1};
    json_t *rows = json_array();
    int done = rows != NULL ? add_lists(&reading, files, rows, err)
                            : err_set(err, ERR_MEMORY, 0, "out of memory");
    if (done == 0)
        done = seal(&reading, err);
    free(reading.chunk);
    if (done != 0) {
        if (reading.fd >= 0)
            close(reading.fd);
        json_decref(rows);
        return -1;
    }
    json_object_del(files, "read_only");
    json_object_del(files, "read_write");
    json_object_del(files, "library");
    json_object_set_new(files, "rows", rows);
    *out_fd = reading.fd;
    return 0;
}
