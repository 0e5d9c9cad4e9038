/* One guest, from the request for it to its verdict. */
#ifndef IMMURE_RUN_H
#define IMMURE_RUN_H

#include <event2/event.h>
#include <sys/resource.h>

#include "host/supervisor/result.h"
#include "host/supervisor/zygote_link.h"
#include "host/wire/job.h"

struct run;

/* Told to the owner; arg is its own. */
struct run_events {
    void (*output)(void *arg, int fd, const void *data, size_t len);
    void (*over)(void *arg, struct run *run);
    /* No guest ran: it could not be set up. */
    void (*failed)(void *arg, const struct err *err);
    void *arg;
};

enum run_kind {
    RUN_JOB,  /* a fork of the zygote; job bytes go to its descriptor 0 */
    RUN_HOST, /* an operator's program; clocks start at sys.enter_jail() */
};

struct stream {
    int fd; /* owned; -1 when closed */
    struct event *event;
};

struct run {
    enum run_kind kind;
    struct event_base *base; /* borrowed */
    struct run_events events;
    struct job_limits limits;
    struct buf job; /* frames for the guest; job.len - sent are left */
    size_t sent;
    pid_t pid;    /* 0 until it has said hello */
    pid_t keeper; /* its parent, where it cannot be traced; or 0 */
    bool traced;
    struct stream in, hello, report, out[2];
    struct event *start_timer, *wall_timer, *cpu_timer, *grace_timer;
    struct capture capture[2];
    struct buf frames;
    uint64_t frame_bytes;
    struct claims claims;
    struct facts facts;
    uint64_t queued_ns, asked_ns, sealed_ns, cpu_base_ns;
    bool exited;
    bool over;
};

/* Takes the job's bytes.  queued_ns: when the whole job had arrived. */
int run_init(struct run *run, enum run_kind kind, struct event_base *base,
             const struct run_events *events, struct err *err);
void run_clear(struct run *run);

/* Make the pipes and ask the zygote.  stdin_fd is for RUN_HOST. */
int run_start(struct run *run, struct zygote_link *zygote, int stdin_fd,
              struct err *err);

/* A wait status of its pid that is not the end. */
void run_stopped(struct run *run, int wait_status);

/* Its end. */
void run_exited(struct run *run, int wait_status, const struct rusage *usage);

/* Its zygote is gone: whatever the guest died of was not its own doing. */
void run_lost_zygote(struct run *run);

uint64_t run_now_ns(void);

#endif
