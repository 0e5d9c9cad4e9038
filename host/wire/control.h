/* Messages between supervisor and zygote: one struct a packet, over a
 * SOCK_SEQPACKET pair.  Both ends are of one build, so plain structs do. */
#ifndef IMMURE_WIRE_CONTROL_H
#define IMMURE_WIRE_CONTROL_H

#include <stdint.h>
#include <sys/resource.h>

#include "host/err.h"

/* The zygote's own descriptors at its start. */
enum {
    CONTROL_FD = 3,
    CONTROL_FD_POLICY = 4,
    CONTROL_FD_PACKAGES = 5, /* the folders of packages, each ended by a NUL:
                                the policy has other names for them, so that
                                guests do not know where they are */
    CONTROL_FD_GIVEN = 6     /* the bytes of all files of [files], sealed; the
                                policy says which are whose */
};
enum { CONTROL_PACKAGES_MAX = 16, CONTROL_PACKAGES_BYTES = 64 << 10 };

/* What a spawn request carries, in this order. */
enum control_fd {
    CONTROL_SPAWN_IN,     /* becomes 0: job frames; the program's stdin under
                             immure host */
    CONTROL_SPAWN_STDOUT, /* becomes 1 */
    CONTROL_SPAWN_STDERR, /* becomes 2 */
    CONTROL_SPAWN_REPORT, /* becomes 3 */
    CONTROL_SPAWN_HELLO,  /* hand-shake with the tracer; closed at the seal */
    CONTROL_SPAWN_COUNT,
    /* Behind these: the doors of its control group (cgroup.h), if any; under
     * immure host, the pipe that answers come by. */
    CONTROL_SPAWN_ANSWERS = CONTROL_SPAWN_COUNT,
    CONTROL_SPAWN_MOST = CONTROL_SPAWN_COUNT + 3
};

/* Descriptors of a guest after the seal: 0, 1, 2 and this one. */
enum { GUEST_FD_REPORT = 3, GUEST_FD_COUNT = 4 };

/* The first message to a zygote: of what ids its guests will be (struct
 * wall_uids). */
struct control_begin {
    uint32_t uids, gids, count;
};

struct control_spawn {
    uint32_t id;
    uint32_t nice;
    uint32_t warm; /* nobody waits for it: it may touch its pages first */
    uint32_t uid;  /* its own user id on this host; 0: none */
    uint32_t many; /* others will follow it: the zygote is to be settled */
    uint64_t cpu_ms;
    uint64_t memory; /* bytes beyond what the zygote holds */
};

enum control_kind { CONTROL_READY, CONTROL_FAILED, CONTROL_SPAWN_FAILED };

struct control_reply {
    uint32_t kind; /* enum control_kind */
    uint32_t id;   /* of the spawn that failed */
    uint32_t wall_held;
    uint64_t data_used; /* bytes that every guest begins with */
    char engine[64];    /* "cpython 3.11.2 stock" */
    struct err err;
};

/* The hand-shake on CONTROL_SPAWN_HELLO, one byte a packet: the guest says
 * HELLO_BORN while it is still dumpable, the supervisor seizes it and answers
 * HELLO_GO, and only then the guest seals itself.
 *
 * Where ptrace(2) is refused the first answer is HELLO_KEEP: the newborn stays
 * behind as the keeper, a child of it says HELLO_BORN in its place, and the
 * keeper sends a struct control_ended when that child has died.  It keeps the
 * dead process's pid from being given away until the supervisor closes its
 * end. */
enum { HELLO_BORN = 'b', HELLO_GO = 'g', HELLO_KEEP = 'k' };

struct control_ended {
    int wait_status; /* as waitpid(2) gives it */
    struct rusage usage;
};

#endif
