#include "host/wall/attempts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/layers.h"

#define B(layer) WALL_BIT(WALL_##layer)

enum { DATA_BYTES = 64 << 20, PAGE_BYTES = 4096 };

const struct wall_guest_limits probe_limits = {
    .data_bytes = DATA_BYTES,
    .cpu_seconds = 10,
    .stack_bytes = 8 << 20,
    .nofile = PROBE_SOCK + 1,
};

/* errno of a call that gives -1, or 0. */
static int
outcome(long result)
{
    return result >= 0 ? 0 : errno;
}

/* The first that worked, or what the last was refused with. */
static int
worst(const int *outcomes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (outcomes[i] == 0)
            return 0;
    return n > 0 ? outcomes[n - 1] : 0;
}

static int
try_socket(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* Who may gain rights may not filter system calls: a setuid program would run
 * behind the filter.  So the kernel lets an ordinary process do it only once
 * no program can give it rights any more. */
static int
try_gain(const struct outside *o, const struct wall *wall)
{
    /* The program is nowhere: the kernel looks at it after the rights. */
    const struct sock_fprog nowhere = {.len = 1};
    (void)o;
    (void)wall;
    if (prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
        return 0;
    (void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &nowhere);
    return errno == EACCES ? 0 : EPERM;
}

static int
try_memory(void)
{
    void *p = mmap(NULL, 2 * (size_t)DATA_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return errno;
    munmap(p, 2 * (size_t)DATA_BYTES);
    return 0;
}

static int
try_limits(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    char byte;
    const int outcomes[] = {
        outcome(dup2(PROBE_SOCK, PROBE_FD)),
        outcome(syscall(SYS_mlock, &byte, 1)),
        try_memory(),
    };
    return worst(outcomes, 3);
}

static int
try_descriptor(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(fcntl(PROBE_FD, F_GETFD));
}

static int
try_environment(const struct outside *o, const struct wall *wall)
{
    (void)wall;
    return o->secret[0] != '\0' ? 0 : ENOENT;
}

/* The name the host has already. */
static int
try_host_name(const struct outside *o, const struct wall *wall)
{
    (void)wall;
    return outcome(sethostname(o->node, strlen(o->node)));
}

const char *const probe_places[PROBE_PLACES] = {"/tmp", "/usr", "/etc", "/dev",
                                                "/proc"};

static int
try_mount(const struct outside *o, const struct wall *wall)
{
    unsigned i = 0;
    (void)o;
    (void)wall;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return errno;
    while (i < PROBE_PLACES &&
           mount("immure", probe_places[i], "tmpfs", MS_RDONLY, NULL) != 0)
        i++;
    if (i == PROBE_PLACES)
        return errno;
    bool seen = probe_ask_changed(i);
    umount2(probe_places[i], MNT_DETACH);
    return seen ? 0 : ENOENT;
}

/* EPERM is no refusal: what can be told apart can be named. */
static int
try_name_process(const struct outside *o, const struct wall *wall)
{
    (void)wall;
    int failed = outcome(kill(o->pid, 0));
    return failed == EPERM ? 0 : failed;
}

static int
try_connect(int family, const void *address, socklen_t len)
{
    OWNED_FD fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? errno : outcome(connect(fd, address, len));
}

static int
try_abstract(const struct outside *o)
{
    return try_connect(AF_UNIX, &o->abstract, o->abstract_len);
}

static int
try_tcp(const struct outside *o)
{
    if (o->tcp_fd < 0)
        return ENETUNREACH;
    return try_connect(AF_INET, &o->tcp, sizeof o->tcp);
}

static int
try_network(const struct outside *o, const struct wall *wall)
{
    (void)wall;
    const int outcomes[] = {try_tcp(o), try_abstract(o)};
    return worst(outcomes, 2);
}

static int
try_shared_memory(const struct outside *o, const struct wall *wall)
{
    struct shmid_ds about;
    (void)wall;
    return outcome(shmctl(o->shm_id, IPC_STAT, &about));
}

static int
try_read_name(const struct outside *o, const struct wall *wall)
{
    struct utsname now;
    (void)wall;
    if (uname(&now) != 0)
        return errno;
    return strcmp(now.nodename, o->node) == 0 ? 0 : ENOENT;
}

/* Without /proc there is nothing to read it from. */
static int
try_read_cgroup(const struct outside *o, const struct wall *wall)
{
    char line[4096];
    int found = ENOENT;
    (void)o;
    (void)wall;
    FILE *f = fopen("/proc/self/cgroup", "re");
    if (f == NULL)
        return errno;
    while (fgets(line, sizeof line, f) != NULL)
        if (strstr(line, ":/\n") == NULL)
            found = 0;
    fclose(f);
    return found;
}

static int
try_read_uptime(const struct outside *o, const struct wall *wall)
{
    struct timespec now;
    (void)wall;
    if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return errno;
    return now.tv_sec >= o->up ? 0 : ENOENT;
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static int
try_list_root(const struct outside *o, const struct wall *wall)
{
    __attribute__((cleanup(close_dir))) DIR *dir = opendir("/");
    const struct dirent *entry;
    (void)o;
    (void)wall;
    if (dir == NULL)
        return errno;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            return 0;
    return ENOENT;
}

/* Each right that this ABI can take away. */
static int
try_landlocked(const struct outside *o, const struct wall *wall)
{
    OWNED_FD root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int outcomes[4] = {root >= 0 ? 0 : errno};
    size_t n = 1;
    if (wall->landlock_abi >= 4)
        outcomes[n++] = try_tcp(o);
    if (wall->landlock_abi >= 6) {
        outcomes[n++] = try_abstract(o);
        outcomes[n++] = outcome(kill(o->pid, 0));
    }
    return worst(outcomes, n);
}

static int
try_use_right(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(chroot("/"));
}

static int
try_keep_rights(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
}

/* Code where something was written. */
static int
try_new_code(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    void *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return errno;
    int failed = outcome(mprotect(p, PAGE_BYTES, PROT_READ | PROT_EXEC));
    munmap(p, PAGE_BYTES);
    return failed;
}

static int
try_write_constant(const struct outside *o, const struct wall *wall)
{
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *page = (void *)((uintptr_t)probe_places & ~(size - 1));
    (void)o;
    (void)wall;
    int failed = outcome(mprotect(page, size, PROT_READ | PROT_WRITE));
    if (failed == 0)
        (void)mprotect(page, size, PROT_READ);
    return failed;
}

/* A child of ours, which is as much us as can be, traces us. */
static int
try_be_traced(const struct outside *o, const struct wall *wall)
{
    int status;
    pid_t self = getpid();
    (void)o;
    (void)wall;
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0); /* Yama 1 */
    pid_t pid = fork();
    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(outcome(ptrace(PTRACE_SEIZE, self, NULL, NULL)));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

static int
try_share_prediction(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH,
                         PR_SPEC_ENABLE, 0, 0));
}

/* Its zygote is nobody, and so is every guest without a user of its own. */
static int
try_signal_zygote(const struct outside *o, const struct wall *wall)
{
    (void)o;
    (void)wall;
    return outcome(kill(getppid(), 0));
}

/* clang-format off */
#define OWN_NS B(USER_NS)
const struct attempt_row attempt_rows[WALL_LAYER_COUNT] = {
    [WALL_SECCOMP]      = {"make a socket", B(NO_NEW_PRIVS), try_socket, false},
    [WALL_NO_NEW_PRIVS] = {"gain rights", B(CAPABILITIES), try_gain, false},
    [WALL_RLIMITS]      = {"map 128M above a limit of 64M, lock memory, open another descriptor", B(CAPABILITIES), try_limits, false},
    [WALL_DESCRIPTORS]  = {"use a descriptor of the host's", 0, try_descriptor, false},
    [WALL_ENVIRONMENT]  = {"read an environment variable from memory", 0, try_environment, false},
    [WALL_USER_NS]      = {"name the host", 0, try_host_name, false},
    [WALL_MOUNT_NS]     = {"mount something where the host sees it", OWN_NS, try_mount, true},
    [WALL_PID_NS]       = {"name a process outside", OWN_NS, try_name_process, false},
    [WALL_NET_NS]       = {"connect to a TCP and an abstract socket outside", OWN_NS, try_network, false},
    [WALL_IPC_NS]       = {"look at shared memory outside", OWN_NS, try_shared_memory, false},
    [WALL_UTS_NS]       = {"read the host's name", OWN_NS, try_read_name, false},
    [WALL_CGROUP_NS]    = {"read the path of a control group", OWN_NS, try_read_cgroup, false},
    [WALL_TIME_NS]      = {"read how long the host has been up", OWN_NS, try_read_uptime, false},
    [WALL_EMPTY_ROOT]   = {"list the root directory", OWN_NS | B(MOUNT_NS), try_list_root, false},
    [WALL_LANDLOCK]     = {"open the root directory; ABI 4: connect by TCP; ABI 6: connect to an abstract socket, signal a process", B(NO_NEW_PRIVS), try_landlocked, false},
    [WALL_CAPABILITIES] = {"change the root directory", OWN_NS, try_use_right, false},
    [WALL_SECUREBITS]   = {"keep capabilities over a change of uid", OWN_NS, try_keep_rights, false},
    [WALL_MDWE]         = {"run memory that was written", 0, try_new_code, false},
    [WALL_MSEAL]        = {"make a constant writable", 0, try_write_constant, false},
    [WALL_DUMPABLE]     = {"trace it, as the same user", B(CAPABILITIES), try_be_traced, false},
    [WALL_SPECULATION]  = {"share branch prediction again", 0, try_share_prediction, false},
    [WALL_OWN_UID]      = {"signal a process of nobody's", OWN_NS | B(CAPABILITIES) | B(SECUREBITS), try_signal_zygote, false},
    [WALL_CGROUP]       = {"fork, and touch more memory than its limit", 0, NULL, false}, /* probe_cgroup.c */
};
/* clang-format on */
