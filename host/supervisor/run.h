/* One guest, from the request for it to its end.
 *
 *     STARTING -> IDLE -> BUSY -> OVER
 *                  ^________|            a session's next step
 *
 * A guest is sealed before its job is known: what the job is held to is set
 * from outside when it is given.  OVER means that its facts are complete,
 * which they are at the tracer's exit stop: the kernel then still has to take
 * its memory down, and nobody waits for that. */
#ifndef IMMURE_RUN_H
#define IMMURE_RUN_H

#include <event2/event.h>
#include <sys/resource.h>

#include "host/supervisor/result.h"
#include "host/supervisor/usage.h"
#include "host/supervisor/zygote_link.h"
#include "host/wall/cgroup.h"
#include "host/wire/call.h"
#include "host/wire/job.h"

struct run;

/* Told to the owner; arg is its own.  None may free the run. */
struct run_events {
    void (*born)(void *arg, struct run *run); /* its pid is known */
    void (*idle)(void *arg, struct run *run); /* waits for a job or a step */
    void (*output)(void *arg, struct run *run, int fd, const void *data,
                   size_t len);
    /* A FRAME_CALL: 1 when it is under a quota of its own, 0 when it counts
     * as a claim, -1 when it breaks the protocol. */
    int (*call)(void *arg, struct run *run, struct span payload,
                struct err *err);
    void (*denied)(void *arg, struct run *run, const json_t *denial);
    /* A FRAME_REGISTER, of RUN_HOST before its seal. */
    int (*registers)(void *arg, struct run *run, struct span payload,
                     struct err *err);
    void (*step)(void *arg, struct run *run); /* facts of a session's step */
    void (*over)(void *arg, struct run *run); /* facts of the whole */
    void (*gone)(void *arg, struct run *run); /* nothing of it is left */
    /* No guest came of it. */
    void (*failed)(void *arg, struct run *run, const struct err *err);
    void *arg;
};

enum run_kind {
    RUN_JOB,  /* a fork of the zygote; job bytes go to its descriptor 0 */
    RUN_HOST, /* an operator's program; clocks start at sys.enter_jail() */
};

enum run_state { RUN_STARTING, RUN_IDLE, RUN_BUSY, RUN_OVER };

/* A session's guest between two steps is stopped after a moment: it has been
 * paid for no computing then.  So is a guest that is frozen. */
enum run_park { PARK_NONE, PARK_ASKED, PARK_STOPPED };

/* Why its wall clock stands still: bits. */
enum run_hold {
    HOLD_FROZEN = 1, /* the client wants no more of it for now */
    HOLD_CALL = 2,   /* it waits for a gateway whose time is not its own */
};

struct stream {
    int fd; /* owned; -1 when closed */
    struct event *event;
};

struct run {
    enum run_kind kind;
    enum run_state state;
    struct event_base *base; /* borrowed */
    struct cgroups *cgroups; /* borrowed; NULL where there are none */
    struct cgroup *cgroup;   /* its own, of these; or NULL */
    uint64_t data_used;      /* what its zygote held at its birth */
    struct run_events events;
    struct control_spawn birth; /* what it was sealed with, or held to since */
    struct job_limits limits;   /* of the job it was given */
    struct buf job;             /* frames for the guest, from `sent` on */
    size_t sent;
    pid_t pid;    /* 0 until it has said hello; stays after its end */
    pid_t keeper; /* its parent, where it cannot be traced; or 0 */
    bool traced;
    bool reaped; /* nothing of the process is left */
    bool forgotten;
    bool session;   /* its job has more than one step */
    bool brief;     /* of its step only what went wrong is told */
    bool yields;    /* it gives way to others once it has computed for long */
    bool yielded;   /* and has done so */
    unsigned steps; /* of it that are over */
    bool calls;     /* it may be sent answers: its input stays open */
    bool muted;     /* its output is left in the pipes for now */
    enum run_park park;
    struct stream in, hello, report, out[2];
    struct event *start_timer, *wall_timer, *cpu_timer, *grace_timer,
        *park_timer;
    struct capture capture[2];
    struct buf frames;
    uint64_t frame_bytes;
    struct claims claims;
    struct facts facts;
    uint64_t queued_ns; /* when the whole job had arrived */
    uint64_t asked_ns, sealed_ns;
    uint64_t begun_ns; /* when the job was given; later by what it was held */
    unsigned held;     /* enum run_hold bits */
    uint64_t held_ns;  /* since when; of no meaning without */
    uint64_t cpu_base_ns;
    clockid_t cpu_clock; /* of the guest; 0 until it is asked for */
    struct usage usage;  /* of a session's steps */
};

int run_init(struct run *run, enum run_kind kind, struct event_base *base,
             const struct run_events *events, struct err *err);

/* Kills nothing: for runs that are reaped, or have no process. */
void run_clear(struct run *run);

/* Make the pipes and ask the zygote.  stdin_fd is for RUN_HOST. */
int run_start(struct run *run, struct zygote_link *zygote,
              const struct control_spawn *birth, int stdin_fd,
              struct err *err);

/* Whether an idle guest can be held to these limits: only downward. */
bool run_can_hold(const struct run *run, const struct job_limits *limits);

/* Whether it is held to exactly these already. */
bool run_is_held(const struct run *run, const struct job_limits *limits);

/* Give an idle guest its job, or its session's next step: take the bytes of
 * *job, set the limits, start the clocks.  On failure *job is untouched, the
 * guest ends and tells nobody. */
int run_give(struct run *run, const struct job_limits *limits, struct buf *job,
             struct err *err);

/* Send it the answer to its call.  A guest whose input is closed is told no by
 * that. */
int run_answer(struct run *run, const struct answer *answer, struct err *err);

/* End a guest whatever it does.  Its end is told as `over`, if it had a job
 * and the owner has not silenced it by run_forget(). */
void run_kill(struct run *run);

/* End it for a failure of immure's own: that is what its facts say, whatever
 * it dies of. */
void run_give_up(struct run *run, const struct err *err);

/* It came to nothing: end it and tell `failed`. */
void run_fail(struct run *run, const struct err *err);

/* The owner wants to hear nothing more of it. */
void run_forget(struct run *run);

/* SIGINT: KeyboardInterrupt in the guest. */
void run_interrupt(struct run *run);

/* Stop a guest that has a job, and its clocks: it does not age.  One that has
 * reached a limit goes on to its end. */
void run_freeze(struct run *run, bool frozen);

/* Stop only its wall clock, or let it go on: it waits for a gateway. */
void run_hold_wall(struct run *run, bool held);

/* How long it has had its job, less what its clock stood still. */
uint64_t run_age_ns(const struct run *run);

/* Leave output in the pipes, and so stop a guest that goes on writing. */
void run_mute(struct run *run, bool muted);

/* A wait status of its pid, with the resources used so far. */
void run_waited(struct run *run, int wait_status, const struct rusage *usage);

/* Its zygote is gone: whatever the guest died of was not its own doing. */
void run_lost_zygote(struct run *run);

uint64_t run_now_ns(void);

#endif
