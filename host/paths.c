#include "host/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of the running program; "" when /proc does not say. */
static void
own_folder(char out[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = '\0';
    /* Without /proc: the name that execve(2) was given. */
    if (n <= 0 && realpath((const char *)getauxval(AT_EXECFN), out) == NULL)
        out[0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash != NULL)
        *slash = '\0';
}

static bool
is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

int
paths_program(const char *name, char *out, size_t cap, struct err *err)
{
    static const char *const below[] = {"", "/../libexec/immure"};
    char folder[PATH_MAX], path[PATH_MAX + 64];
    own_folder(folder);
    for (size_t i = 0; i <= sizeof below / sizeof *below; i++) {
        bool last = i == sizeof below / sizeof *below;
        if (!last && folder[0] == '\0')
            continue;
        int n = last ? snprintf(path, sizeof path, "%s/%s", LIBEXECDIR, name)
                     : snprintf(path, sizeof path, "%s%s/%s", folder, below[i],
                                name);
        if (n < 0 || (size_t)n >= sizeof path || !is_program(path))
            continue;
        if ((size_t)n >= cap)
            return err_set(err, ERR_SYSTEM, ENAMETOOLONG, "find %s", name);
        memcpy(out, path, (size_t)n + 1);
        return 0;
    }
    return err_set(err, ERR_SYSTEM, 0,
                   "can't find %s: it is neither in %s, nor in "
                   "../libexec/immure from there, nor in %s",
                   name, folder[0] ? folder : "this program's folder",
                   LIBEXECDIR);
}
