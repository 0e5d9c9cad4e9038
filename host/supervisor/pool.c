#include "host/supervisor/pool_inner.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/supervisor/session.h"
#include "host/wall/uids.h"

enum {
    RETRY_MIN_MS = 1,
    RETRY_MAX_MS = 10000,
};

void
pool_place(struct guest *guest, enum guest_place to)
{
    struct pool *pool = guest->pool;
    TAILQ_REMOVE(&pool->places[guest->place], guest, entry);
    pool->count[guest->place]--;
    guest->place = to;
    TAILQ_INSERT_TAIL(&pool->places[to], guest, entry);
    pool->count[to]++;
}

/* Nothing of the guest's process is left, or there never was one. */
static void
drop(struct guest *guest)
{
    struct pool *pool = guest->pool;
    TAILQ_REMOVE(&pool->places[guest->place], guest, entry);
    pool->count[guest->place]--;
    if (guest->zygote != NULL)
        guest->zygote->guests--;
    if (guest->uid != 0)
        uids_give_back(pool->guests->uids, guest->uid);
    guests_drop(pool->guests, guest);
}

/* One without a pid has not said hello, and will get no answer: it ends by
 * itself, and its zygote takes note. */
static void
discard(struct guest *guest)
{
    run_forget(&guest->run);
    run_kill(&guest->run);
    pool_place(guest, PLACE_ENDING);
    if (guest->run.pid == 0)
        drop(guest);
}

void
pool_dequeue(struct pool *pool, struct request *request)
{
    TAILQ_REMOVE(&pool->queue, request, entry);
    pool->queued--;
}

static void
tell_failed(struct pool *pool, struct request *request, const struct err *err)
{
    pool->counts.jobs++;
    pool->events.failed(pool->events.arg, request, err);
}

void
pool_fail_queue(struct pool *pool, const struct err *err)
{
    struct request *request;
    while ((request = TAILQ_FIRST(&pool->queue)) != NULL) {
        pool_dequeue(pool, request);
        tell_failed(pool, request, err);
    }
}

static void
measure(struct pool *pool, const struct run *run)
{
    uint64_t us = (run_now_ns() - run->begun_ns) / 1000;
    pool->job_us = pool->job_us ? (7 * pool->job_us + us) / 8 : us;
}

/* It ended by itself with the step before (sys.exit()), and this one was given
 * to it before that was known: nothing of it was run. */
static bool
had_ended(const struct run *run)
{
    return run->steps > 0 && WIFEXITED(run->facts.wait_status) &&
           run->facts.limit == LIMIT_NONE && !run->facts.host_failed &&
           run->frame_bytes + run->capture[0].bytes + run->capture[1].bytes ==
               0;
}

/* The facts are all there.  A session whose guest is gone is over. */
static void
answer(struct guest *guest)
{
    struct pool *pool = guest->pool;
    struct request *request = guest->request;
    if (request == NULL)
        return;
    guest->request = NULL;
    request->guest = NULL;
    request->state = REQUEST_FILLING;
    pool->counts.jobs++;
    pool->failures = 0;
    measure(pool, &guest->run);
    if (request->flags & JOB_SESSION) {
        if (!had_ended(&guest->run))
            pool->events.result(pool->events.arg, request, &guest->run);
        session_end(request, "the guest ended");
        return;
    }
    pool->events.result(pool->events.arg, request, &guest->run);
    pool->answered_ns = run_now_ns();
}

static void
on_born(void *arg, struct run *run)
{
    struct guest *guest = arg;
    (void)run;
    if (!guest->pool->host) /* attach_program() knew it */
        guests_add(guest->pool->guests, guest);
}

static void
on_idle(void *arg, struct run *run)
{
    struct guest *guest = arg;
    (void)run;
    pool_place(guest, PLACE_IDLE);
    guest->pool->failures = 0;
    pool_settle(guest->pool);
}

static void
on_output(void *arg, struct run *run, int fd, const void *data, size_t len)
{
    struct guest *guest = arg;
    (void)run;
    if (guest->request != NULL)
        guest->pool->events.output(guest->pool->events.arg, guest->request, fd,
                                   data, len);
}

static int
on_call(void *arg, struct run *run, struct span payload, struct err *err)
{
    struct guest *guest = arg;
    if (guest->request == NULL)
        return 0;
    return guest->pool->events.call(guest->pool->events.arg, guest->request,
                                    run, payload, err);
}

static int
on_register(void *arg, struct run *run, struct span payload, struct err *err)
{
    struct guest *guest = arg;
    if (guest->request == NULL)
        return 0;
    return guest->pool->events.registers(guest->pool->events.arg,
                                         guest->request, run, payload, err);
}

static void
on_denied(void *arg, struct run *run, const json_t *denial)
{
    struct guest *guest = arg;
    (void)run;
    if (guest->request != NULL)
        guest->pool->events.denied(guest->pool->events.arg, guest->request,
                                   denial);
}

static void
on_step(void *arg, struct run *run)
{
    struct guest *guest = arg;
    struct request *request = guest->request;
    measure(guest->pool, run);
    request->state = REQUEST_FILLING;
    session_rest(request);
    guest->pool->counts.jobs++;
    guest->pool->events.result(guest->pool->events.arg, request, run);
}

/* The 200 ms are over, or the news came before. */
static void
answer_late(struct guest *guest)
{
    if (guest->lost_timer != NULL)
        event_del(guest->lost_timer);
    answer(guest);
    if (guest->run.reaped)
        drop(guest);
}

static void
on_lost_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    answer_late(arg);
}

static void
on_gone(void *arg, struct run *run)
{
    struct guest *guest = arg;
    bool told_later = guest->lost_timer != NULL && guest->request != NULL;
    (void)run;
    if (!told_later)
        drop(guest);
}

static void
on_over(void *arg, struct run *run)
{
    struct guest *guest = arg;
    int status = run->facts.wait_status;
    bool unexplained = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
                       run->facts.limit == LIMIT_NONE &&
                       !run->facts.protocol_broken && !run->facts.host_failed;
    pool_place(guest, PLACE_ENDING);
    if (unexplained && !guest->pool->host) {
        /* Its zygote may be dying: a pid namespace takes its processes
         * first.  Wait a moment for that news. */
        const struct timeval t = {0, LOST_ZYGOTE_MS * 1000};
        guest->lost_timer =
            evtimer_new(guest->pool->guests->base, on_lost_timer, guest);
        if (guest->lost_timer != NULL &&
            evtimer_add(guest->lost_timer, &t) == 0)
            return;
    }
    answer(guest);
}

/* A guest that says that it can't be set up takes the first job with it, and
 * so does the third in a row that dies without a word: what is wrong with one
 * may be wrong with all, and then no job must wait for ever.  Those that died
 * of their zygote's death are one failure, which on_zygote_gone() counts. */
static void
on_failed(void *arg, struct run *run, const struct err *err)
{
    struct guest *guest = arg;
    struct pool *pool = guest->pool;
    bool idle = guest->place == PLACE_IDLE;
    struct request *request = guest->request;
    pool_place(guest, PLACE_ENDING);
    if (request != NULL) { /* a program of the operator's, or a session */
        guest->request = NULL;
        request->guest = NULL;
        if (request->flags & JOB_SESSION)
            session_end(request, err->msg);
        else
            tell_failed(pool, request, err);
    } else if (idle) {
        pool->counts.lost++;
    } else if (guest->zygote != NULL &&
               !zygote_link_is_closed(&guest->zygote->link)) {
        bool hopeless = refill_has_failed(pool) || run->claims.broken;
        request = TAILQ_FIRST(&pool->queue);
        if (request != NULL && hopeless) {
            pool_dequeue(pool, request);
            tell_failed(pool, request, err);
        }
    }
    if (run->pid == 0)
        drop(guest);
}

const struct run_events pool_run_events = {.born = on_born,
                                           .idle = on_idle,
                                           .output = on_output,
                                           .call = on_call,
                                           .denied = on_denied,
                                           .registers = on_register,
                                           .step = on_step,
                                           .over = on_over,
                                           .gone = on_gone,
                                           .failed = on_failed};

static void
on_zygote_ready(void *arg, struct zygote *zygote)
{
    struct pool *pool = arg;
    memcpy(pool->engine, zygote->link.engine, sizeof pool->engine);
    pool->engine_known = true;
    pool_tell_opened(pool);
}

static void
on_spawn_failed(void *arg, struct zygote *zygote, uint32_t id,
                const struct err *err)
{
    struct pool *pool = arg;
    struct guest *guest;
    TAILQ_FOREACH(guest, &pool->places[PLACE_STARTING], entry)
    if (guest->zygote == zygote && guest->run.birth.id == id) {
        run_fail(&guest->run, err);
        return;
    }
}

static void
lose_guests(struct pool *pool, const struct zygote *zygote)
{
    for (int p = 0; p < PLACE_COUNT; p++) {
        struct guest *guest, *after;
        for (guest = TAILQ_FIRST(&pool->places[p]); guest; guest = after) {
            after = TAILQ_NEXT(guest, entry);
            if (guest->zygote != zygote)
                continue;
            guest->zygote->guests--;
            guest->zygote = NULL;
            run_lost_zygote(&guest->run);
            if (guest->run.state == RUN_OVER && guest->request != NULL)
                answer_late(guest);
        }
    }
}

/* One that was ready and died is replaced, a few times: the jobs that wait
 * have nothing to do with it.  One that can't be set up is the policy's end,
 * or this machine's. */
static void
on_zygote_gone(void *arg, struct zygote *zygote, bool ready,
               const struct err *err)
{
    struct pool *pool = arg;
    lose_guests(pool, zygote);
    pool->failures++;
    if (pool->zygotes.now != NULL)
        return; /* a successor failed, or a retired one */
    if (ready && pool->failures < FAILURES_MAX)
        return;
    pool_fail_queue(pool, err);
    if (!ready)
        pool->events.refused(pool->events.arg, pool, err);
}

static void
set_up_zygotes(struct pool *pool, const struct pool_start *start)
{
    const struct zygotes_events events = {.ready = on_zygote_ready,
                                          .spawn_failed = on_spawn_failed,
                                          .gone = on_zygote_gone,
                                          .arg = pool};
    const struct wall_uids ids = uids_range(pool->guests->uids);
    const struct zygotes_settings settings = {
        .argv = start->zygote_argv,
        .environment = start->host ? environ : NULL,
        .begin = {ids.first, ids.gids, ids.count},
        .host = start->host,
        .guests_max = pool->policy.pool.recycle_guests,
        .age_max_ms = pool->policy.pool.recycle_ms};
    zygotes_init(&pool->zygotes, pool->guests->base, &settings, &events,
                 &pool->policy);
}

int
pool_new(struct guests *guests, const struct pool_start *start,
         const struct pool_events *events, struct pool **out, struct err *err)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    pool->id = start->id;
    pool->guests = guests;
    pool->events = *events;
    pool->once = start->once || start->host;
    pool->host = start->host;
    strcpy(pool->engine, "cpython");
    TAILQ_INIT(&pool->queue);
    for (int i = 0; i < PLACE_COUNT; i++)
        TAILQ_INIT(&pool->places[i]);
    if (policy_split(start->policy_json, &pool->policy, err) != 0) {
        free(pool);
        return -1;
    }
    set_up_zygotes(pool, start);
    if (zygotes_want(&pool->zygotes, err) != 0) {
        pool_free(pool);
        return -1;
    }
    if (pool_start_broker(pool, err) != 0) {
        pool->forgotten = true; /* it goes when its zygote has ended */
        TAILQ_INSERT_TAIL(&guests->pools, pool, entry);
        return -1;
    }
    TAILQ_INSERT_TAIL(&guests->pools, pool, entry);
    *out = pool;
    return 0;
}

static uint32_t
retry_after(const struct pool *pool)
{
    unsigned hands = pool->count[PLACE_BUSY] ? pool->count[PLACE_BUSY] : 1;
    uint64_t ms = pool->queued * (pool->job_us + 1000) / hands / 1000;
    return ms < RETRY_MIN_MS   ? RETRY_MIN_MS
           : ms > RETRY_MAX_MS ? RETRY_MAX_MS
                               : (uint32_t)ms;
}

static int
give(struct guest *guest, struct request *request)
{
    struct run *run = &guest->run;
    run->session = (request->flags & JOB_SESSION) != 0;
    run->brief = (request->step_flags & SESSION_BRIEF) != 0;
    run->yields = (request->step_flags & SESSION_YIELDS) != 0;
    run->queued_ns = request->queued_ns;
    run_mute(run, request->paused);
    request->guest = guest;
    guest->request = request;
    request->state = REQUEST_RUNNING;
    session_works(request);
    run->calls = request->calls.ngrants > 0;
    if (run_give(run, &request->limits, &request->frames, NULL) != 0)
        return -1;
    run_freeze(run, request->paused);
    return 0;
}

bool
pool_take(struct pool *pool, struct request *request, uint32_t *out_retry_ms)
{
    request->queued_ns = run_now_ns();
    if (request->guest != NULL) { /* a session's next step */
        struct guest *guest = request->guest;
        if (give(guest, request) != 0)
            session_end(request, "its limits could not be set");
        return true;
    }
    if (pool->queued >= pool->policy.pool.queue) {
        pool->counts.busy++;
        *out_retry_ms = retry_after(pool);
        return false;
    }
    request->state = REQUEST_QUEUED;
    TAILQ_INSERT_TAIL(&pool->queue, request, entry);
    pool->queued++;
    unsigned used = pool->queued + pool->count[PLACE_BUSY];
    if (used > pool->peak)
        pool->peak = used;
    struct err err;
    if (pool_check_needs(pool, &err) != 0)
        pool_fail_queue(pool, &err);
    pool_settle(pool);
    return true;
}

void
pool_cancel(struct pool *pool, struct request *request)
{
    if (request->state == REQUEST_QUEUED)
        pool_dequeue(pool, request);
    pool_reset(request);
}

void
pool_reset(struct request *request)
{
    struct guest *guest = request->guest;
    session_works(request);
    request->state = REQUEST_FILLING;
    request->guest = NULL;
    if (guest == NULL)
        return;
    guest->request = NULL;
    if (guest->place != PLACE_ENDING)
        discard(guest);
    else if (guest->run.reaped)
        drop(guest);
}

static struct guest *
find_idle(struct pool *pool, const struct job_limits *need)
{
    struct guest *guest;
    TAILQ_FOREACH(guest, &pool->places[PLACE_IDLE], entry)
    if (run_can_hold(&guest->run, need) &&
        (!pool->exact || run_is_held(&guest->run, need)))
        return guest;
    return NULL;
}

void
pool_settle(struct pool *pool)
{
    struct request *request;
    while (!pool->guests->held && pool_is_prepared(pool) &&
           (request = TAILQ_FIRST(&pool->queue)) != NULL) {
        struct job_limits need = request->limits;
        if (request->flags & JOB_SESSION)
            need.cpu_ms = SESSION_CPU_MS;
        struct guest *guest = find_idle(pool, &need);
        if (guest == NULL)
            return;
        pool_dequeue(pool, request);
        pool_place(guest, PLACE_BUSY);
        if (give(guest, request) == 0)
            continue;
        /* Not from outside, here: it gets a guest that is born with them. */
        guest->request = NULL;
        request->guest = NULL;
        request->state = REQUEST_QUEUED;
        pool_place(guest, PLACE_ENDING);
        TAILQ_INSERT_HEAD(&pool->queue, request, entry);
        pool->queued++;
        pool->exact = true;
    }
}

bool
pool_give_up_one(struct pool *pool)
{
    struct guest *guest = TAILQ_FIRST(&pool->places[PLACE_IDLE]);
    if (guest == NULL)
        return false;
    discard(guest);
    return true;
}

void
pool_tick(struct pool *pool)
{
    unsigned used = pool->queued + pool->count[PLACE_BUSY];
    unsigned decayed = pool->peak - (pool->peak + 7) / 8;
    struct guest *guest, *after;
    pool->peak = used > decayed ? used : decayed;
    if (pool->queued == 0 && pool->failures < FAILURES_MAX)
        pool->failures = 0;
    unsigned fresh = refill_fresh(pool) - pool->count[PLACE_STARTING];
    unsigned want = refill_wanted(pool);
    for (guest = TAILQ_FIRST(&pool->places[PLACE_IDLE]); guest;
         guest = after) {
        after = TAILQ_NEXT(guest, entry);
        bool old = guest->zygote != pool->zygotes.now;
        if (old ? fresh > 0 || want == 0 : fresh > want) {
            fresh -= !old;
            discard(guest);
        }
    }
    zygotes_turn(&pool->zygotes, run_now_ns());
}

void
pool_mute(struct pool *pool, bool muted)
{
    struct guest *guest;
    TAILQ_FOREACH(guest, &pool->places[PLACE_BUSY], entry)
    run_mute(&guest->run,
             muted || (guest->request != NULL && guest->request->paused));
}

void
pool_close(struct pool *pool)
{
    pool->closing = true;
    for (int p = 0; p < PLACE_ENDING; p++) {
        struct guest *guest, *after;
        for (guest = TAILQ_FIRST(&pool->places[p]); guest; guest = after) {
            after = TAILQ_NEXT(guest, entry);
            discard(guest);
        }
    }
    zygotes_end(&pool->zygotes);
    if (pool->broker != NULL)
        broker_link_end(pool->broker);
}

bool
pool_is_gone(const struct pool *pool)
{
    for (int p = 0; p < PLACE_COUNT; p++)
        if (!TAILQ_EMPTY(&pool->places[p]))
            return false;
    return pool->closing && zygotes_are_gone(&pool->zygotes) &&
           (pool->broker == NULL || broker_link_is_gone(pool->broker));
}

void
pool_free(struct pool *pool)
{
    zygotes_clear(&pool->zygotes);
    if (pool->broker != NULL)
        broker_link_free(pool->broker);
    policy_parts_clear(&pool->policy);
    free(pool);
}
