/* Each layer of the wall by itself: what it stops is really stopped.  As the
 * user who runs the tests, and as an ordinary one. */
#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/wall/confined.h"

#define B(layer) WALL_BIT(WALL_##layer)
#define WANT(claim)                                                           \
    do {                                                                      \
        if (!(claim))                                                         \
            return "not so: " #claim;                                         \
    } while (0)

/* What is outside, for those inside to reach for. */
struct world {
    pid_t pid;
    uid_t uid;
    struct sockaddr_in tcp;
    struct sockaddr_un abstract;
    socklen_t abstract_len;
    key_t shm_key;
    time_t up;
    char *secret; /* an environment variable's value, in this memory */
};

static const char *
sees_no_file(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    DIR *dir = opendir("/");
    const struct dirent *entry;
    WANT(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        WANT(entry->d_name[0] == '.');
    closedir(dir);
    WANT(open("/etc/passwd", O_RDONLY) < 0 && errno == ENOENT);
    WANT(open("/proc/self/status", O_RDONLY) < 0 && errno == ENOENT);
    WANT(open("../../../../etc/passwd", O_RDONLY) < 0 && errno == ENOENT);
    WANT(open("/x", O_CREAT | O_WRONLY, 0600) < 0 && errno == EROFS);
    WANT(mkdir("x", 0700) < 0 && errno == EROFS);
    return NULL;
}

static const char *
opens_no_file(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    WANT(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES);
    WANT(open("/", O_RDONLY | O_DIRECTORY) < 0 && errno == EACCES);
    WANT(open("/dev/null", O_RDWR) < 0 && errno == EACCES);
    WANT(mkdir("/tmp/immure-test", 0700) < 0 && errno == EACCES);
    WANT(syscall(SYS_execve, "/bin/true", NULL, NULL) < 0 && errno == EACCES);
    return NULL;
}

static int
try_connect(const void *address, socklen_t len, int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = connect(fd, address, len) == 0 ? 0 : errno;
    close(fd);
    return failed;
}

static const char *
landlock_scopes(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    int tcp = try_connect(&w->tcp, sizeof w->tcp, AF_INET);
    int abstract = try_connect(&w->abstract, w->abstract_len, AF_UNIX);
    WANT(wall->landlock_abi < 4 ? tcp == 0 : tcp == EACCES);
    WANT(wall->landlock_abi < 6 ? abstract == 0 : abstract == EPERM);
    WANT(wall->landlock_abi < 6 || (kill(w->pid, 0) < 0 && errno == EPERM));
    return NULL;
}

static const char *
is_apart(const struct wall *wall, const void *world)
{
    (void)world;
    WANT(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) < 0 && errno == EPERM);
    WANT(wall->landlock_abi < 6 || (kill(getppid(), 0) < 0 && errno == EPERM));
    return NULL;
}

/* Without the layer. */
static const char *
is_one_of_many(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    WANT(kill(getppid(), 0) == 0);
    return NULL;
}

static const char *
has_no_network(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(try_connect(&w->tcp, sizeof w->tcp, AF_INET) == ENETUNREACH);
    WANT(try_connect(&w->abstract, w->abstract_len, AF_UNIX) == ECONNREFUSED);
    return NULL;
}

/* Without the layer all of this works, or the tests above show nothing. */
static const char *
reaches_all(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(try_connect(&w->tcp, sizeof w->tcp, AF_INET) == 0);
    WANT(try_connect(&w->abstract, w->abstract_len, AF_UNIX) == 0);
    WANT(access("/etc/passwd", R_OK) == 0);
    WANT(kill(w->pid, 0) == 0 || errno == EPERM);
    WANT(shmget(w->shm_key, 0, 0) >= 0 || errno == EACCES);
    return NULL;
}

static const char *
names_no_process(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(getpid() == 1 && getppid() == 0);
    WANT(kill(w->pid, 0) < 0 && errno == ESRCH);
    WANT(syscall(SYS_pidfd_open, w->pid, 0) < 0 && errno == ESRCH);
    return NULL;
}

static const char *
shares_no_memory(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(shmget(w->shm_key, 0, 0) < 0 && errno == ENOENT);
    return NULL;
}

static const char *
has_no_name(const struct wall *wall, const void *world)
{
    char host[65] = "", domain[65] = "x";
    (void)wall;
    (void)world;
    WANT(gethostname(host, sizeof host) == 0 && strcmp(host, "immure") == 0);
    WANT(getdomainname(domain, sizeof domain) == 0 && domain[0] == '\0');
    return NULL;
}

static const char *
has_root_cgroup(const struct wall *wall, const void *world)
{
    char line[4096];
    FILE *f = fopen("/proc/self/cgroup", "re");
    (void)wall;
    (void)world;
    WANT(f != NULL);
    while (fgets(line, sizeof line, f) != NULL)
        WANT(strstr(line, ":/\n") != NULL);
    fclose(f);
    return NULL;
}

static const char *
is_just_up(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    struct timespec monotonic, boot;
    (void)wall;
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    WANT(monotonic.tv_sec < 30 && boot.tv_sec < 30);
    WANT(w->up >= boot.tv_sec);
    return NULL;
}

static const char *
owns_nothing(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(getuid() == 65534 && geteuid() == 65534 && getgid() == 65534);
    WANT(setuid(0) < 0 && getuid() == 65534);
    WANT(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
    WANT(setgroups(0, NULL) < 0 && errno == EPERM);
    WANT(w->uid != 0 || getgroups(0, NULL) == 0);
    return NULL;
}

static const char *
has_no_rights(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    (void)wall;
    WANT(w->uid != 0 || getgroups(0, NULL) == 0);
    WANT(syscall(SYS_capget, &header, data) == 0);
    for (int i = 0; i < 2; i++)
        WANT(data[i].effective == 0 && data[i].permitted == 0 &&
             data[i].inheritable == 0);
    WANT(getuid() != 0);
    WANT(setuid(0) < 0);
    WANT(chroot("/") < 0 && errno == EPERM);
    WANT(mount("none", "/", "tmpfs", 0, "") < 0 && errno == EPERM);
    WANT(sethostname("x", 1) < 0 && errno == EPERM);
    return NULL;
}

static const char *
has_no_bounds(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    /* Without CAP_SETPCAP the set stays, and no_new_privs makes it moot. */
    if (w->uid != 0 && (wall->held & B(USER_NS)) == 0)
        return NULL;
    for (unsigned long c = 0; c <= CAP_LAST_CAP; c++)
        WANT(prctl(PR_CAPBSET_READ, c, 0, 0, 0) <= 0);
    return NULL;
}

static const char *
is_locked(const struct wall *wall, const void *world)
{
    const int bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
                     SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE;
    (void)wall;
    (void)world;
    WANT((prctl(PR_GET_SECUREBITS) & bits) == bits);
    WANT(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0) < 0 && errno == EPERM);
    WANT(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 && errno == EPERM);
    return NULL;
}

static const char *
gains_nothing(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    WANT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    WANT(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) < 0);
    return NULL;
}

static const char *
makes_no_code(const struct wall *wall, const void *world)
{
    const int rw = PROT_READ | PROT_WRITE;
    (void)wall;
    (void)world;
    void *p = mmap(NULL, 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    WANT(p != MAP_FAILED);
    WANT(mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0 && errno == EACCES);
    WANT(mmap(NULL, 4096, rw | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
              0) == MAP_FAILED);
    return NULL;
}

static const char *
keeps_its_pages(const struct wall *wall, const void *world)
{
    static const char constant[] = "constant";
    void *page = (void *)((uintptr_t)constant & ~(uintptr_t)4095);
    void *code = (void *)((uintptr_t)keeps_its_pages & ~(uintptr_t)4095);
    void *const pages[] = {page, code};
    (void)wall;
    (void)world;
    for (int i = 0; i < 2; i++) {
        void *p = pages[i];
        WANT(mprotect(p, 4096, PROT_READ | PROT_WRITE) < 0 && errno == EPERM);
        WANT(munmap(p, 4096) < 0 && errno == EPERM);
        WANT(mmap(p, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                  0) == MAP_FAILED);
        WANT(mremap(p, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
                    (char *)p + 4096) == MAP_FAILED);
    }
    return NULL;
}

static const char *
is_unpredictable(const struct wall *wall, const void *world)
{
    int now = prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 0, 0, 0);
    (void)wall;
    (void)world;
    WANT(now == PR_SPEC_NOT_AFFECTED || (now & PR_SPEC_FORCE_DISABLE) ||
         (now & PR_SPEC_DISABLE));
    return NULL;
}

static const char *
owns_few_descriptors(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    for (int fd = 4; fd < 1024; fd++)
        WANT(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
    WANT(fcntl(3, F_GETFD) >= 0);
    return NULL;
}

static const char *
has_no_environment(const struct wall *wall, const void *arg)
{
    const struct world *w = arg;
    (void)wall;
    WANT(getenv("IMMURE_TEST_SECRET") == NULL);
    WANT(w->secret[0] == '\0' && w->secret[5] == '\0');
    WANT(strcmp(getenv("TZ"), "UTC0") == 0);
    for (char **e = environ; *e != NULL; e++)
        WANT(strcmp(*e, "TZ=UTC0") == 0 || strcmp(*e, "NO_COLOR=1") == 0);
    return NULL;
}

static const char *
has_limits(const struct wall *wall, const void *world)
{
    char byte;
    (void)wall;
    (void)world;
    WANT(fork() < 0 && errno == EAGAIN);
    WANT(getpriority(PRIO_PROCESS, 0) >= 3);
    for (int i = 0; i < 8; i++)
        (void)!dup(3);
    WANT(dup(3) < 0 && errno == EMFILE);
    WANT(syscall(SYS_mlock, &byte, 1) < 0); /* ASan has its own mlock */
    struct rlimit core, file;
    WANT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 1);
    WANT(getrlimit(RLIMIT_FSIZE, &file) == 0 && file.rlim_max == 0);
    return NULL;
}

static const char *
leaves_no_core(const struct wall *wall, const void *world)
{
    (void)wall;
    (void)world;
    WANT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    return NULL;
}

/* clang-format off */
#define BOTH(name, stage, layers, look)                                       \
    {name ", as started", AS_STARTED, stage, layers, look},                   \
    {name ", as nobody", AS_NOBODY, stage, layers, look}
static const struct scene scenes[] = {
    BOTH("no layer",          STAGE_CLOSED, 0, reaches_all),
    BOTH("empty root",        STAGE_CLOSED, B(USER_NS) | B(MOUNT_NS) | B(EMPTY_ROOT), sees_no_file),
    {"empty root, no user_ns", AS_STARTED, STAGE_CLOSED, B(MOUNT_NS) | B(EMPTY_ROOT), sees_no_file},
    {"empty root by chroot",   AS_STARTED, STAGE_CLOSED, B(EMPTY_ROOT) | B(CAPABILITIES), sees_no_file},
    BOTH("empty root in place", STAGE_PLACED, B(USER_NS) | B(MOUNT_NS) | B(EMPTY_ROOT), sees_no_file),
    BOTH("landlock",          STAGE_CLOSED, B(LANDLOCK) | B(NO_NEW_PRIVS), opens_no_file),
    BOTH("landlock scopes",   STAGE_CLOSED, B(LANDLOCK) | B(NO_NEW_PRIVS), landlock_scopes),
    BOTH("landlock in place", STAGE_PLACED, B(LANDLOCK) | B(NO_NEW_PRIVS), landlock_scopes),
    BOTH("landlock in guests", STAGE_GUEST, B(LANDLOCK) | B(NO_NEW_PRIVS), landlock_scopes),
    BOTH("landlock parts guests", STAGE_GUEST, B(LANDLOCK) | B(NO_NEW_PRIVS) | B(CAPABILITIES), is_apart),
    BOTH("no landlock in guests", STAGE_GUEST, B(CAPABILITIES), is_one_of_many),
    BOTH("net_ns",            STAGE_CLOSED, B(USER_NS) | B(NET_NS), has_no_network),
    {"net_ns, no user_ns",    AS_STARTED, STAGE_CLOSED, B(NET_NS), has_no_network},
    BOTH("net_ns in place",   STAGE_PLACED, B(USER_NS) | B(NET_NS), has_no_network),
    BOTH("pid_ns",            STAGE_CLOSED, B(USER_NS) | B(PID_NS), names_no_process),
    {"pid_ns, no user_ns",    AS_STARTED, STAGE_CLOSED, B(PID_NS), names_no_process},
    BOTH("ipc_ns",            STAGE_CLOSED, B(USER_NS) | B(IPC_NS), shares_no_memory),
    BOTH("uts_ns",            STAGE_CLOSED, B(USER_NS) | B(UTS_NS), has_no_name),
    BOTH("cgroup_ns",         STAGE_CLOSED, B(USER_NS) | B(CGROUP_NS), has_root_cgroup),
    BOTH("time_ns",           STAGE_CLOSED, B(USER_NS) | B(TIME_NS), is_just_up),
    {"time_ns, no user_ns",   AS_STARTED, STAGE_CLOSED, B(TIME_NS), is_just_up},
    BOTH("time_ns in guests", STAGE_GUEST,  B(USER_NS) | B(TIME_NS), is_just_up),
    BOTH("user_ns",           STAGE_CLOSED, B(USER_NS) | B(CAPABILITIES), owns_nothing),
    BOTH("user_ns in place",  STAGE_PLACED, B(USER_NS) | B(CAPABILITIES), owns_nothing),
    BOTH("capabilities",      STAGE_CLOSED, B(CAPABILITIES), has_no_rights),
    BOTH("capabilities, ns",  STAGE_CLOSED, B(CAPABILITIES) | B(USER_NS), has_no_rights),
    BOTH("capabilities, in place", STAGE_PLACED, B(CAPABILITIES) | B(USER_NS), has_no_rights),
    BOTH("bounding set, ns",  STAGE_CLOSED, B(CAPABILITIES) | B(USER_NS), has_no_bounds),
    {"bounding set",          AS_STARTED, STAGE_CLOSED, B(CAPABILITIES), has_no_bounds},
    BOTH("securebits",        STAGE_CLOSED, B(SECUREBITS) | B(USER_NS) | B(CAPABILITIES), is_locked),
    BOTH("no_new_privs",      STAGE_CLOSED, B(NO_NEW_PRIVS), gains_nothing),
    BOTH("mdwe",              STAGE_GUEST,  B(MDWE), makes_no_code),
    BOTH("mseal",             STAGE_GUEST,  B(MSEAL), keeps_its_pages),
    BOTH("mseal in place",    STAGE_PLACED, B(MSEAL), keeps_its_pages),
    BOTH("speculation",       STAGE_GUEST,  B(SPECULATION), is_unpredictable),
    BOTH("descriptors",       STAGE_GUEST,  B(DESCRIPTORS), owns_few_descriptors),
    BOTH("environment",       STAGE_CLOSED, B(ENVIRONMENT), has_no_environment),
    BOTH("rlimits",           STAGE_GUEST,  B(RLIMITS) | B(CAPABILITIES), has_limits),
    BOTH("rlimits in ns",     STAGE_GUEST,  B(RLIMITS) | B(CAPABILITIES) | B(USER_NS) | B(PID_NS), has_limits),
    BOTH("rlimits in place",  STAGE_PLACED, B(RLIMITS) | B(CAPABILITIES) | B(USER_NS), has_limits),
    BOTH("dumpable",          STAGE_SEALED, B(DUMPABLE), leaves_no_core),
};
/* clang-format on */

static int
listen_at(int family, const void *address, socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, address, len), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    return fd;
}

static void
make_world(struct world *out)
{
    struct timespec up;
    socklen_t len = sizeof out->tcp;
    *out = (struct world){
        .pid = getpid(), .uid = getuid(), .shm_key = 0x1a2b3c00 + getpid()};
    out->tcp = (struct sockaddr_in){.sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int tcp = listen_at(AF_INET, &out->tcp, sizeof out->tcp);
    ck_assert_int_eq(getsockname(tcp, (struct sockaddr *)&out->tcp, &len), 0);
    out->abstract.sun_family = AF_UNIX;
    int n =
        snprintf(out->abstract.sun_path + 1, 64, "immure-test-%d", getpid());
    out->abstract_len =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
    listen_at(AF_UNIX, &out->abstract, out->abstract_len);
    ck_assert_int_ge(shmget(out->shm_key, 4096, IPC_CREAT | 0600), 0);
    clock_gettime(CLOCK_BOOTTIME, &up);
    out->up = up.tv_sec;
    setenv("IMMURE_TEST_SECRET", "secret", 1);
    out->secret = getenv("IMMURE_TEST_SECRET");
}

static void
check_uid(const struct scene *scene, long uid)
{
    bool ids = (scene->layers & (B(CAPABILITIES) | B(USER_NS))) != 0;
    if (ids && uid >= 0)
        ck_assert_msg(uid != 0, "%s: uid 0 on the host", scene->name);
}

START_TEST(effect)
{
    const struct scene *scene = &scenes[_i];
    struct world world;
    char complaint[256];
    long uid = -1;
    make_world(&world);
    confined_run(scene, &world, complaint, &uid);
    shmctl(shmget(world.shm_key, 0, 0), IPC_RMID, NULL);
    if (strncmp(complaint, "missing", 7) == 0) {
        fprintf(stderr, "# %s: %s\n", scene->name, complaint);
        return;
    }
    ck_assert_msg(complaint[0] == '\0', "%s: %s", scene->name, complaint);
    check_uid(scene, uid);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wall layers");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, effect, 0, sizeof scenes / sizeof scenes[0]);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
