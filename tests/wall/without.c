/* without CALL=WHAT[,ARG:VALUE[/MASK]]... -- PROGRAM [ARGS]
 *
 * Run PROGRAM as on a kernel, or in a container, that refuses some system
 * calls: each fails with the errno WHAT, or gives the number WHAT, for PROGRAM
 * and all that it starts.
 *
 *     without seccomp=ENOSYS clone=EPERM,0:0x10000000/0x10000000 -- immure
 *     without 449-511=ENOSYS landlock_create_ruleset=1,2:1 -- immure
 *
 * ARG counts from 0; CALL is a name, a number or two.  The filter needs
 * no_new_privs, which stays.  Numbers are given by a child of PROGRAM's. */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

/* `errno_name` or a number that the call gives. */
static uint32_t
action(const char *what, size_t len, int *gives)
{
    char *end;
    long number = strtol(what, &end, 0);
    if (end != what + len)
        return SCMP_ACT_ERRNO(errno_named(what, len));
    *gives = (int)number;
    return SCMP_ACT_NOTIFY;
}

static void
find_calls(const char *rule, const char *equals, int *first, int *last)
{
    char name[64], *end;
    if (equals == NULL || (size_t)(equals - rule) >= sizeof name)
        fail("no rule", rule);
    snprintf(name, sizeof name, "%.*s", (int)(equals - rule), rule);
    *first = *last = seccomp_syscall_resolve_name(name);
    if (*first == __NR_SCMP_ERROR) { /* newer than libseccomp: by number */
        *first = *last = (int)strtol(name, &end, 0);
        if (*end == '-')
            *last = (int)strtol(end + 1, &end, 0);
        if (*end != '\0')
            fail("no such call", rule);
    }
    if (*first <= 0 || *last < *first)
        fail("no such call", rule);
}

static void
refuse(scmp_filter_ctx filter, const char *rule, int *gives)
{
    int nr, last;
    const char *equals = strchr(rule, '=');
    struct scmp_arg_cmp when;
    find_calls(rule, equals, &nr, &last);
    size_t len = strcspn(equals + 1, ",");
    bool has = read_condition(equals + 1 + len, &when);
    uint32_t does = action(equals + 1, len, gives);
    for (; nr <= last; nr++)
        if (seccomp_rule_add_array(filter, does, nr, has, &when) != 0)
            fail("no such rule", rule);
}

/* In a child, for as long as PROGRAM is there. */
static void
give(int listener, int number)
{
    struct seccomp_notif *asked;
    struct seccomp_notif_resp *answer;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0) {
        close(listener);
        return;
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        seccomp_notify_alloc(&asked, &answer) != 0)
        _exit(STATUS_USAGE);
    for (;;) {
        memset(asked, 0, sizeof *asked);
        if (seccomp_notify_receive(listener, asked) != 0)
            continue;
        *answer = (struct seccomp_notif_resp){.id = asked->id, .val = number};
        (void)seccomp_notify_respond(listener, answer);
    }
}

int
main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int at = 1, gives = -1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        refuse(filter, argv[at], &gives);
    if (at + 1 >= argc)
        fail("usage", "without CALL=WHAT... -- PROGRAM [ARGS]");
    /* Not by seccomp(2), which may be one of those refused. */
    if (gives < 0)
        seccomp_attr_set(filter, SCMP_FLTATR_API_TSKIP, 0);
    if (seccomp_load(filter) != 0)
        fail("load the filter", argv[at]);
    if (gives >= 0)
        give(seccomp_notify_fd(filter), gives);
    seccomp_release(filter);
    execv(argv[at + 1], argv + at + 1);
    fail(strerror(errno), argv[at + 1]);
}
