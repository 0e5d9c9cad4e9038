#include "host/gateway/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/gateway/syscalls.h"

/* By number: the headers of a distribution are older than its kernels. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* Bytes of its own beyond what it has at its start: answers on their way. */
#define DATA_MAX ((uint64_t)4 << 30)

/* struct landlock_ruleset_attr of ABI 6; older kernels take the longer one
 * when the rest is 0. */
struct ruleset {
    uint64_t files, net, scoped;
};

#define BITS(from, to) ((1ull << ((to) + 1)) - (1ull << (from)))

/* Access to files that each ABI knows of (linux/landlock.h), and scopes:
 * abstract sockets and signals. */
static const struct {
    int abi;
    uint64_t files, scoped;
} abis[] = {
    {1, BITS(0, 12), 0},  {2, BITS(13, 13), 0}, {3, BITS(14, 14), 0},
    {5, BITS(15, 15), 0}, {6, 0, BITS(0, 1)},
};

enum {
    READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
    READ_ALL = READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    WRITE_FILE = LANDLOCK_ACCESS_FS_WRITE_FILE | 1 << 14, /* truncate */
    WRITE_ALL = READ_ALL | WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                LANDLOCK_ACCESS_FS_REMOVE_FILE,
};

/* Where names, certificates and late libraries are looked up, on Debian and
 * on others; read only, whichever is there.  Of /etc only these: as root's
 * process this one could read the keys and passwords of the host. */
static const char *const lookups[] = {
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki/tls",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/lib",
    "/lib64",
    "/run/NetworkManager",
    "/run/nscd",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
};

/* --- this process --------------------------------------------------------- */

static int
drop_capabilities(struct err *err)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    for (int cap = 0; cap < 64; cap++)
        (void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0); /* only root may */
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, none) != 0)
        return err_set(err, ERR_SYSTEM, errno, "drop capabilities");
    return 0;
}

/* What the kernel counts as data of this process; 0 when it does not say. */
static uint64_t
data_now(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int
set_limits(struct err *err)
{
    struct rlimit files;
    const struct rlimit none = {0, 0};
    const rlim_t data = data_now() + DATA_MAX;
    const struct rlimit most = {data, data};
    if (setrlimit(RLIMIT_CORE, &none) != 0 ||
        setrlimit(RLIMIT_DATA, &most) != 0 ||
        getrlimit(RLIMIT_NOFILE, &files) != 0)
        return err_set(err, ERR_SYSTEM, errno, "set limits");
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files); /* three for each job */
    return 0;
}

int
confine_early(struct err *err)
{
    if (prctl(PR_SET_DUMPABLE, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_set(err, ERR_SYSTEM, errno, "set no_new_privs");
    if (drop_capabilities(err) != 0)
        return -1;
    return set_limits(err);
}

/* --- files --------------------------------------------------------------- */

int
confine_allow(struct confine *confine, const char *path, bool writable,
              struct err *err)
{
    if (confine->npaths == CONFINE_PATHS)
        return err_set(err, ERR_POLICY, 0, "more than %d files",
                       CONFINE_PATHS);
    char *copy = strdup(path);
    if (copy == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    confine->paths[confine->npaths++] = (struct confine_path){copy, writable};
    return 0;
}

void
confine_clear(struct confine *confine)
{
    for (size_t i = 0; i < confine->npaths; i++)
        free(confine->paths[i].path);
    confine->npaths = 0;
}

static int
add_path(int ruleset, uint64_t known, const char *path, bool writable,
         struct err *err)
{
    struct stat st;
    OWNED_FD fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, ERR_SYSTEM, errno, "look at %s", path);
    uint64_t access = S_ISDIR(st.st_mode)
                          ? (writable ? WRITE_ALL : READ_ALL)
                          : (uint64_t)READ_FILE | (writable ? WRITE_FILE : 0);
    const struct landlock_path_beneath_attr rule = {
        .allowed_access = access & known, .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
                &rule, 0) != 0)
        return err_set(err, ERR_SYSTEM, errno, "allow %s", path);
    return 0;
}

static int
restrict_files(const struct confine *confine, struct err *err)
{
    struct ruleset all = {0, 0, 0};
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    if (abi < 1)
        return 0; /* the kernel has none */
    for (size_t i = 0; i < sizeof abis / sizeof *abis; i++)
        if (abis[i].abi <= abi) {
            all.files |= abis[i].files;
            all.scoped |= abis[i].scoped;
        }
    OWNED_FD ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (ruleset < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a Landlock ruleset");
    for (size_t i = 0; i < sizeof lookups / sizeof *lookups; i++)
        if (add_path(ruleset, all.files, lookups[i], false, err) != 0)
            return -1;
    for (size_t i = 0; i < confine->npaths; i++)
        if (add_path(ruleset, all.files, confine->paths[i].path,
                     confine->paths[i].writable, err) != 0)
            return -1;
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return err_set(err, ERR_SYSTEM, errno, "enter a Landlock domain");
    return 0;
}

/* --- system calls -------------------------------------------------------- */

static int
add_rule(scmp_filter_ctx filter, const struct broker_rule *rule)
{
    struct scmp_arg_cmp when[BROKER_CONDITIONS];
    unsigned n = 0;
    int nr = seccomp_syscall_resolve_name(rule->name);
    if (nr < 0) /* another architecture's */
        return 0;
    for (; n < BROKER_CONDITIONS && rule->when[n].mask != 0; n++)
        when[n] =
            (struct scmp_arg_cmp){rule->when[n].arg, SCMP_CMP_MASKED_EQ,
                                  rule->when[n].mask, rule->when[n].value};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, nr, n, when);
}

/* abort(3) sends a signal, to this process. */
static int
add_abort(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp self = {0, SCMP_CMP_EQ, (uint64_t)getpid(), 0};
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  &self);
}

static int
restrict_calls(struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (filter == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    int done = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
                                SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; i < broker_syscalls_count && done == 0; i++)
        done = add_rule(filter, &broker_syscalls[i]);
    if (done == 0)
        done = add_abort(filter);
    if (done == 0)
        done = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (done == 0)
        done = seccomp_load(filter);
    seccomp_release(filter);
    return done == 0
               ? 0
               : err_set(err, ERR_WALL, -done, "the broker's seccomp filter");
}

int
confine_close(const struct confine *confine, struct err *err)
{
    if (restrict_files(confine, err) != 0)
        return -1;
    return restrict_calls(err);
}
