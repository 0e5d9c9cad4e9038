/* When a pool asks its zygote for guests, how many, and with which limits. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/supervisor/pool_inner.h"
#include "host/supervisor/session.h"
#include "host/wall/uids.h"

enum { STARTING_MAX = 16, LOOK_AHEAD = 16 };

unsigned
refill_wanted(const struct pool *pool)
{
    uint64_t want = pool->peak;
    if (pool->once || pool->closing)
        return 0;
    if (want < pool->policy.pool.min_idle)
        want = pool->policy.pool.min_idle;
    if (want > pool->policy.pool.max_idle)
        want = pool->policy.pool.max_idle;
    return (unsigned)want;
}

/* Those of a zygote that was replaced don't count. */
unsigned
refill_fresh(const struct pool *pool)
{
    unsigned n = pool->count[PLACE_STARTING];
    const struct guest *guest;
    TAILQ_FOREACH(guest, &pool->places[PLACE_IDLE], entry)
    n += guest->zygote == pool->zygotes.now;
    return n;
}

bool
refill_has_failed(struct pool *pool)
{
    uint64_t now = run_now_ns();
    if (now - pool->failed_ns >= LOST_ZYGOTE_MS * 1000000ull) {
        pool->failed_ns = now;
        pool->failures++;
    }
    return pool->failures >= FAILURES_MAX;
}

/* A result has just been sent: whoever waits for it needs a processor, and a
 * fork would take that. */
static bool
has_just_answered(struct pool *pool)
{
    uint64_t age = run_now_ns() - pool->answered_ns;
    if (age >= GUESTS_LATER_US * 1000)
        return false;
    guests_look_later(pool->guests);
    return true;
}

/* New guests cost the jobs that run their processor: half of those that
 * should wait are asked for only when nothing runs. */
static unsigned
lacking(struct pool *pool)
{
    unsigned want = refill_wanted(pool), have = refill_fresh(pool);
    if (pool->queued > pool->count[PLACE_STARTING])
        return pool->queued - pool->count[PLACE_STARTING];
    if (have >= want ||
        (pool->count[PLACE_BUSY] > 0 && have >= (want + 1) / 2) ||
        has_just_answered(pool))
        return 0;
    return want - have;
}

/* Born with the policy's limits, and more if a job that waits has more. */
static struct control_spawn
birth_limits(struct pool *pool)
{
    const struct job_limits *l = &pool->policy.limits;
    struct control_spawn birth = {.id = ++pool->spawn_id,
                                  .warm = pool->queued == 0,
                                  .many = !pool->once,
                                  .cpu_ms = l->cpu_ms,
                                  .memory = l->memory};
    const struct request *r = TAILQ_FIRST(&pool->queue);
    if (r != NULL && pool->exact)
        birth.memory = birth.cpu_ms = 0;
    for (int i = 0; r != NULL && i < (pool->exact ? 1 : LOOK_AHEAD);
         i++, r = TAILQ_NEXT(r, entry)) {
        uint64_t cpu_ms =
            r->flags & JOB_SESSION ? SESSION_CPU_MS : r->limits.cpu_ms;
        if (cpu_ms > birth.cpu_ms)
            birth.cpu_ms = cpu_ms;
        if (r->limits.memory > birth.memory)
            birth.memory = r->limits.memory;
        if (pool->exact || pool->once)
            birth.nice = (uint32_t)r->limits.nice;
    }
    return birth;
}

static struct guest *
guest_new(struct pool *pool, struct zygote *zygote, struct err *err)
{
    struct run_events events = pool_run_events;
    struct guest *guest = calloc(1, sizeof *guest);
    if (guest == NULL) {
        err_set(err, ERR_MEMORY, 0, "out of memory");
        return NULL;
    }
    events.arg = guest;
    if (run_init(&guest->run, pool->host ? RUN_HOST : RUN_JOB,
                 pool->guests->base, &events, err) != 0) {
        free(guest);
        return NULL;
    }
    guest->run.cgroups = pool->guests->cgroups;
    guest->pool = pool;
    guest->zygote = zygote;
    zygote->guests++;
    zygote->born++;
    pool->counts.born++;
    pool->guests->alive++;
    guest->place = PLACE_STARTING;
    TAILQ_INSERT_TAIL(&pool->places[PLACE_STARTING], guest, entry);
    pool->count[PLACE_STARTING]++;
    return guest;
}

/* The operator's program is there already: it is the process that was started
 * in the place of a zygote, and its job is known. */
static void
attach_program(struct guest *guest, struct zygote *program)
{
    struct pool *pool = guest->pool;
    struct request *request = TAILQ_FIRST(&pool->queue);
    pool_dequeue(pool, request);
    pool_place(guest, PLACE_BUSY);
    guest->request = request;
    request->guest = guest;
    request->state = REQUEST_RUNNING;
    guest->run.limits = request->limits;
    guest->run.queued_ns = request->queued_ns;
    guest->run.pid = program->link.launcher;
    guests_add(pool->guests, guest);
}

static int
take_uid(struct guest *guest, struct control_spawn *birth, struct err *err)
{
    struct uids *uids = guest->pool->guests->uids;
    if (uids == NULL)
        return 0;
    if (uids_take(uids, &guest->uid, err) != 0) {
        struct err cause = *err;
        run_fail(&guest->run, &cause);
        return -1;
    }
    birth->uid = guest->uid;
    return 0;
}

static int
ask_for_one(struct pool *pool, struct zygote *zygote, struct err *err)
{
    struct control_spawn birth = birth_limits(pool);
    struct guest *guest = guest_new(pool, zygote, err);
    if (guest == NULL)
        return -1;
    if (pool->host)
        attach_program(guest, zygote);
    else if (take_uid(guest, &birth, err) != 0)
        return -1;
    if (run_start(&guest->run, &zygote->link, &birth, STDIN_FILENO, err) == 0)
        return 0;
    struct err cause = *err;
    run_fail(&guest->run, &cause);
    return -1;
}

/* Another try comes with the next event: the end of a guest, which frees what
 * there was too little of, or of the zygote.  When none is to come, jobs must
 * not wait for one. */
static void
fail_for_good(struct pool *pool, const struct err *err)
{
    bool zygote_ended =
        err->sys_errno == EPIPE || err->sys_errno == ECONNRESET;
    if (pool->guests->alive == 0 && !zygote_ended)
        pool_fail_queue(pool, err);
}

unsigned
pool_refill(struct pool *pool, unsigned room)
{
    struct err err;
    unsigned asked = 0, lack = lacking(pool);
    struct zygote *zygote =
        pool->host ? pool->zygotes.next : pool->zygotes.now;
    if (lack == 0 || (pool->host && !pool_is_prepared(pool)))
        return 0;
    if (zygote == NULL && (pool->queued > 0 || pool->failures == 0) &&
        zygotes_want(&pool->zygotes, &err) != 0)
        pool_fail_queue(pool, &err);
    while (zygote != NULL && asked < lack && asked < room &&
           pool->count[PLACE_STARTING] < STARTING_MAX) {
        if (ask_for_one(pool, zygote, &err) != 0) {
            fail_for_good(pool, &err);
            break;
        }
        asked++;
    }
    return asked;
}
