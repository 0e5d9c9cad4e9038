/* without CALL=ERRNO[,ARG:VALUE[/MASK]]... -- PROGRAM [ARGS]
 *
 * Run PROGRAM as on a kernel, or in a container, that refuses some system
 * calls: each fails with its errno, for PROGRAM and all that it starts.
 *
 *     without seccomp=ENOSYS clone=EPERM,0:0x10000000/0x10000000 -- immure
 *
 * ARG counts from 0.  The filter needs no_new_privs, which stays. */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_USAGE = 125 };

/* clang-format off */
static const struct {
    const char *name;
    int value;
} errnos[] = {
    {"EACCES", EACCES}, {"EAGAIN", EAGAIN}, {"EFAULT", EFAULT},
    {"EINVAL", EINVAL}, {"ENODEV", ENODEV}, {"ENOMEM", ENOMEM},
    {"ENOSPC", ENOSPC}, {"ENOSYS", ENOSYS}, {"EOPNOTSUPP", EOPNOTSUPP},
    {"EPERM", EPERM},
};
/* clang-format on */

static _Noreturn void
fail(const char *what, const char *of)
{
    fprintf(stderr, "without: %s: %s\n", what, of);
    exit(STATUS_USAGE);
}

static uint16_t
errno_named(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
        if (strlen(errnos[i].name) == len &&
            strncmp(errnos[i].name, name, len) == 0)
            return (uint16_t)errnos[i].value;
    fail("no errno", name);
}

static bool
read_condition(const char *text, struct scmp_arg_cmp *out)
{
    char *end;
    if (*text == '\0')
        return false;
    unsigned arg = (unsigned)strtoul(text + 1, &end, 0);
    if (*text != ',' || *end != ':')
        fail("no condition", text);
    scmp_datum_t value = strtoull(end + 1, &end, 0), mask = ~0ull;
    if (*end == '/')
        mask = strtoull(end + 1, &end, 0);
    if (*end != '\0')
        fail("no condition", text);
    *out = (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, value};
    return true;
}

static void
refuse(scmp_filter_ctx filter, const char *rule)
{
    char name[64];
    const char *equals = strchr(rule, '=');
    if (equals == NULL || (size_t)(equals - rule) >= sizeof name)
        fail("no rule", rule);
    snprintf(name, sizeof name, "%.*s", (int)(equals - rule), rule);
    size_t len = strcspn(equals + 1, ",");
    struct scmp_arg_cmp when;
    bool has = read_condition(equals + 1 + len, &when);
    char *end;
    int nr = seccomp_syscall_resolve_name(name);
    if (nr == __NR_SCMP_ERROR) /* newer than libseccomp: by its number */
        nr = (int)strtol(name, &end, 0);
    if (nr <= 0 || seccomp_rule_add_array(
                       filter, SCMP_ACT_ERRNO(errno_named(equals + 1, len)),
                       nr, has, &when) != 0)
        fail("no such call", rule);
}

int
main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        refuse(filter, argv[at]);
    if (at + 1 >= argc)
        fail("usage", "without CALL=ERRNO... -- PROGRAM [ARGS]");
    /* Not by seccomp(2), which may be one of those refused. */
    seccomp_attr_set(filter, SCMP_FLTATR_API_TSKIP, 0);
    if (seccomp_load(filter) != 0)
        fail("load the filter", argv[at]);
    seccomp_release(filter);
    execv(argv[at + 1], argv + at + 1);
    fail(strerror(errno), argv[at + 1]);
}
