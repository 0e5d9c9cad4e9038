/* A program that fails as the kernel may: PROGRAM.fault, beside this one,
 * says how, and PROGRAM.real is run that way.  A line of it is
 *
 *     CALL ERRNO [ARGUMENT MASK VALUE]
 *
 * A seccomp filter, so that all that PROGRAM forks fails alike; it takes
 * nothing of the wall's own away. */
#include <limits.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { STATUS_BROKEN = 99 };

static int
add_line(scmp_filter_ctx filter, const char *line)
{
    char call[32];
    unsigned error, argument = 0;
    unsigned long long mask = 0, value = 0;
    int n = sscanf(line, "%31s %u %u %lli %lli", call, &error, &argument,
                   (long long *)&mask, (long long *)&value);
    int nr = seccomp_syscall_resolve_name(call);
    if ((n != 2 && n != 5) || nr == __NR_SCMP_ERROR)
        return -1;
    const struct scmp_arg_cmp when = {argument, SCMP_CMP_MASKED_EQ, mask,
                                      value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(error), nr, n == 5,
                                  &when);
}

static int
load(const char *path)
{
    char line[256];
    FILE *f = fopen(path, "re");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (f == NULL || filter == NULL)
        return -1;
    while (fgets(line, sizeof line, f) != NULL)
        if (add_line(filter, line) != 0)
            return -1;
    fclose(f);
    return seccomp_load(filter);
}

int
main(int argc, char **argv)
{
    char self[PATH_MAX], path[PATH_MAX + 8];
    (void)argc;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        return STATUS_BROKEN;
    self[n] = '\0';
    snprintf(path, sizeof path, "%s.fault", self);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || load(path) != 0)
        return STATUS_BROKEN;
    snprintf(path, sizeof path, "%s.real", self);
    execve(path, argv, environ);
    return STATUS_BROKEN;
}
