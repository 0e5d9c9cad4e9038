#include "host/zygote/packages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

/* What the interpreter reads by itself.  The zones: whichever is there. */
static const char *const needs[] = {
    PYTHON_STDLIB,       "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
};

static int
split(struct packages *packages, size_t len, struct err *err)
{
    for (char *at = packages->text; at < packages->text + len;
         at += strlen(at) + 1) {
        if (packages->count == CONTROL_PACKAGES_MAX)
            return err_set(err, ERR_POLICY, 0,
                           "packages.path: more than %d folders",
                           CONTROL_PACKAGES_MAX);
        packages->paths[packages->count++] = at;
    }
    return 0;
}

/* Into one piece of memory that is never moved, so that all can be wiped. */
int
packages_read(struct packages *out, struct err *err)
{
    OWNED_FD fd = CONTROL_FD_PACKAGES;
    size_t len = 0;
    *out = (struct packages){.text = calloc(1, CONTROL_PACKAGES_BYTES)};
    if (out->text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (;;) {
        size_t room = CONTROL_PACKAGES_BYTES - 1 - len;
        ssize_t n = read(fd, out->text + len, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, errno, "read packages.path");
        if (n == 0)
            return split(out, len, err);
        len += (size_t)n;
        if (len + 1 == CONTROL_PACKAGES_BYTES)
            return err_set(err, ERR_POLICY, 0, "packages.path: too long");
    }
}

void
packages_clear(struct packages *packages)
{
    if (packages->text != NULL)
        explicit_bzero(packages->text, CONTROL_PACKAGES_BYTES);
    free(packages->text);
    packages->text = NULL;
    memset(packages->paths, 0, sizeof packages->paths);
}

/* By descriptor: a name that tells nothing, and lasts as long as it is
 * open. */
static int
open_folder(const struct packages *packages, size_t i, struct err *err)
{
    OWNED_FD fd = open(packages->paths[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_POLICY, errno, "packages.path %s",
                       packages->paths[i]);
    if (dup3(fd, PACKAGES_FD + 1 + (int)i, O_CLOEXEC) < 0)
        return err_set(err, ERR_SYSTEM, errno, "keep a folder of packages");
    return 0;
}

static int
open_folders(const struct packages *packages, struct err *err)
{
    if (access("/proc/self/fd", X_OK) != 0)
        return err_set(err, ERR_WALL, errno,
                       "packages.path: neither a mount namespace nor /proc is "
                       "here to show packages without their paths.  Mount "
                       "/proc, or allow user namespaces");
    for (size_t i = 0; i < packages->count; i++)
        if (open_folder(packages, i, err) != 0)
            return -1;
    return 0;
}

int
packages_show(const struct packages *packages, struct wall *wall,
              struct err *err)
{
    const struct wall_view view = {
        .needs = needs,
        .nneeds = sizeof needs / sizeof *needs,
        .packages = packages->paths,
        .npackages = packages->count,
    };
    bool narrow;
    if (packages->count == 0)
        return 0;
    if (wall_narrow_view(wall, &view, &narrow, err) != 0)
        return -1;
    return narrow ? 0 : open_folders(packages, err);
}

void
packages_hide(const struct packages *packages)
{
    for (size_t i = 0; i < packages->count; i++)
        close(PACKAGES_FD + 1 + (int)i);
}
