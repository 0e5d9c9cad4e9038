/* The wall: every kernel layer between a guest and the machine.
 *
 * Order (seal.c is the one place that has it):
 *   zygote, before the interpreter starts   wall_enter_namespaces()
 *   zygote, when packages are to be loaded  wall_narrow_view()
 *   zygote, after everything is imported    wall_close_root()
 *   guest, after fork and hand-shake        wall_guest(), then wall_seal()
 *   immure host, in place                   wall_in_place(), then wall_seal()
 *
 * A layer the kernel lacks is left out only while the floor holds: seccomp,
 * no_new_privs, rlimits, empty environment, closed descriptors, and at least
 * one of {namespaces with an empty root, Landlock}.  Below the floor, or when
 * a layer named in `require` is missing, every function here fails with
 * ERR_WALL and a message naming the layer, why it matters and how to get it.
 * A layer that exists and fails to go up is always an error. */
#ifndef IMMURE_WALL_H
#define IMMURE_WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"

enum wall_layer {
    WALL_SECCOMP,
    WALL_NO_NEW_PRIVS,
    WALL_RLIMITS,
    WALL_DESCRIPTORS,
    WALL_ENVIRONMENT,
    WALL_USER_NS,
    WALL_MOUNT_NS,
    WALL_PID_NS,
    WALL_NET_NS,
    WALL_IPC_NS,
    WALL_UTS_NS,
    WALL_CGROUP_NS,
    WALL_TIME_NS,
    WALL_EMPTY_ROOT,
    WALL_LANDLOCK,
    WALL_CAPABILITIES,
    WALL_SECUREBITS,
    WALL_MDWE,
    WALL_MSEAL,
    WALL_DUMPABLE,
    WALL_SPECULATION,
    WALL_OWN_UID, /* ids are given out by the supervisor: uids.h */
    WALL_CGROUP,  /* put up by the supervisor: cgroup.h */
    WALL_LAYER_COUNT
};

enum wall_floor {
    WALL_BEYOND, /* more than the floor */
    WALL_NEEDED, /* nothing runs without it */
    WALL_ONE_OF  /* nothing runs without at least one of these */
};
enum wall_floor wall_floor_of(enum wall_layer layer);

struct wall_layer_info {
    const char *name;  /* "landlock", as policy's [wall] require says it */
    const char *stops; /* what it stops, for people */
    const char *get;   /* how to get it where it is missing */
};
extern const struct wall_layer_info wall_layers[WALL_LAYER_COUNT];

#define WALL_BIT(layer) (1u << (layer))

/* Host ids for guests, one each, that the supervisor gives out (uids.h).  In
 * a user namespace they have the numbers of users; a guest's group has that of
 * its user. */
struct wall_uids {
    uid_t first;    /* of `count` users, */
    gid_t gids;     /* and of as many groups */
    unsigned count; /* 0: none */
};

struct sock_fprog;

/* What each guest gets, in bytes and whole seconds. */
struct wall_guest_limits {
    uint64_t data_bytes;  /* RLIMIT_DATA: what the zygote holds, and more */
    uint64_t cpu_seconds; /* RLIMIT_CPU, the backstop, rounded up, plus 1;
                             beyond what the process has used already */
    uint64_t stack_bytes; /* RLIMIT_STACK */
    unsigned nofile; /* RLIMIT_NOFILE; descriptors 0..nofile-1 may exist */
    uid_t uid;       /* its own, of the wall's `uids`; 0: nobody's */
    int nice;        /* 0..19; a higher one already set stays */
};

/* One zygote's wall.  Zero-initialise, set `require`, `skip` and `uids`, then
 * call in the order above.  Owned by the zygote; guests inherit it by fork. */
struct wall {
    unsigned require;      /* WALL_BIT()s that must hold, beyond the floor */
    unsigned skip;         /* layer tests only: bits not to try.  Always 0 in
                         installed programs; skipping lowers the floor too */
    struct wall_uids uids; /* what guests' own ids will be of */
    unsigned held;    /* out: bits that are up so far.  A zygote's lacks those
                         that each guest puts up: wall_guest_layers() */
    int landlock_abi; /* out: 0 when absent */
    int missing[WALL_LAYER_COUNT]; /* out: the errno for which a layer is
                                      missing, or 0 */
    struct sock_fprog *program;    /* out: the ready BPF filter (malloc'd) */
    /* The rest is between the functions below. */
    uid_t uid;        /* as this process sees it; */
    gid_t gid;        /*   on the host never 0 */
    int change_ids;   /* to uid and gid, in wall_close_root() */
    int has_uids;     /* guests can become one of `uids`: the zygote keeps
                         what it takes */
    int stays_root;   /* uid 0 is all there is, and may be the host's */
    pid_t parent;     /* whose death must end this process; 0 outside our
                           pid namespace */
    uint64_t vm_base; /* RLIMIT_AS that the zygote fills, bytes */
    int fd_highest;   /* that a guest can have; 0 with close_range(2) */
    struct wall_guest_limits limits; /* in a guest: its own */
};

/* Single-threaded, before the interpreter: clear the environment but for
 * TZ=UTC0 and NO_COLOR=1, enter every namespace this kernel and caller allow,
 * map ids (as root: to a non-root host uid), and continue in a new process
 * that is pid 1 of its pid namespace and a direct child of the caller's
 * parent (CLONE_PARENT).  Returns 0 only in the process that goes on; the one
 * that called it has _exit(0)ed, also where there is no namespace to be had.
 * Fails (-1) in either.  That process gets PR_SET_PDEATHSIG(SIGKILL); a parent
 * that died before shows as the end of a descriptor it held.
 *
 * Files stay readable as before: root's zygote keeps the host uid 0 (without
 * rights, in its own user namespace) until wall_close_root(), so that it can
 * import from a directory that only root may enter.  The /proc it sees is
 * still the host's. */
int wall_enter_namespaces(struct wall *wall, struct err *err);

/* Where the folders of a view's packages are seen: WALL_PACKAGES "/1", ... */
#define WALL_PACKAGES "/packages"

/* Paths are absolute and borrowed. */
struct wall_view {
    const char *const *needs; /* the interpreter's; one that is not there is
                                 left out */
    size_t nneeds;
    const char *const *packages; /* folders of the operator's */
    size_t npackages;
};

/* Between wall_enter_namespaces() and the interpreter's start: leave nothing
 * of the file system in sight but the view and the libraries' folders, all of
 * it read-only.  Without a mount namespace that can be changed (none at all,
 * or a chroot) nothing happens: 0 with *out_narrow false. */
int wall_narrow_view(struct wall *wall, const struct wall_view *view,
                     bool *out_narrow, struct err *err);

/* After all imports: build the BPF program, pivot into an empty read-only
 * root, leave host uid 0, drop capabilities and bounding set (all but what
 * has_uids says), securebits, no_new_privs, Landlock deny-all, MDWE, mseal,
 * speculation controls.  The caller stays dumpable, and can still fork and use
 * the descriptors it holds. */
int wall_close_root(struct wall *wall, struct err *err);

/* In the fresh guest, descriptors already in place as 0..nofile-1 and none of
 * them a directory: become limits->uid and let go of every right, PDEATHSIG, a
 * Landlock domain of its own, close all other descriptors, rlimits, nice.  A
 * caller with more than one thread is refused: the seal would cover only
 * one. */
int wall_guest(struct wall *wall, const struct wall_guest_limits *limits,
               struct err *err);

/* The one-way step: dumpable 0, then seccomp(2) with the ready program.
 * After it only the calls in wall/syscalls.c's table work. */
int wall_seal(struct wall *wall, struct err *err);

/* immure host: everything of wall_enter_namespaces (but the pid and time
 * namespaces), wall_close_root and wall_guest, in the calling single-threaded
 * process.  It forks short-lived helpers and reaps them. */
int wall_in_place(struct wall *wall, const struct wall_guest_limits *limits,
                  struct err *err);

void wall_clear(struct wall *wall);

/* The layers that wall_guest() and wall_seal() add to a zygote's `held`. */
unsigned wall_guest_layers(const struct wall *wall);

/* "seccomp no_new_privs ..." of held, for reports.  Returns buf. */
const char *wall_held_names(const struct wall *wall, char *buf, size_t len);

/* One row a system call a guest may make, or is refused without dying (struct
 * sys_rule, syscalls.h); sorted by name; anything else is
 * SECCOMP_RET_KILL_PROCESS.  The reason is data: explain and docs print it.
 * Iterate for `policy explain` and docs: 0-based; NULL past the end.  An errno
 * that is not 0: the call is not made, and fails with it. */
const char *wall_syscall_name(size_t i, const char **out_reason,
                              int *out_errno);

/* Whether this machine's kernels have a system call of that name. */
bool wall_is_syscall(const char *name);

#endif
