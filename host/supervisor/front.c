#include "host/supervisor/front.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/supervisor/front_calls.h"
#include "host/supervisor/front_large.h"
#include "host/supervisor/session.h"

enum {
    REQUESTS_MAX = 60000,
    QUEUE_BYTES_MAX = 512 << 20, /* of all that wait; more is busy */
    BUSY_BYTES_MS = 100,
};

static const struct span nothing = {(const uint8_t *)"", 0};

static void
send_text(struct front *front, enum frame_type type, uint16_t id,
          const char *text)
{
    frame_link_send(&front->client, type, id, nothing,
                    (struct span){(const uint8_t *)text, strlen(text)});
}

static void
send_cause(struct front *front, enum frame_type type, uint16_t id,
           const struct err *cause)
{
    uint8_t code = (uint8_t)cause->code;
    frame_link_send(&front->client, type, id, (struct span){&code, 1},
                    (struct span){(const uint8_t *)cause->msg,
                                  strnlen(cause->msg, sizeof cause->msg)});
}

static void
put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static void
count_bytes(struct front *front, struct request *r, size_t now)
{
    front->queued_bytes += now - r->counted;
    r->counted = now;
}

static void
end_request(struct front *front, struct request *r)
{
    count_bytes(front, r, 0);
    front->requests[r->id] = NULL;
    front->nopen--;
    r->pool->requests--;
    if (r->idle_timer != NULL)
        event_free(r->idle_timer);
    buf_clear(&r->frames);
    front_end_calls(r);
    front_leave_gateways(r);
    free(r);
    if (front->draining && front->nopen == 0)
        send_text(front, FRAME_DRAIN, 0, "");
}

static void
on_output(void *arg, struct request *r, int fd, const void *data, size_t len)
{
    struct front *front = arg;
    if (r->flags & JOB_STREAM)
        frame_link_send(&front->client, fd == 1 ? FRAME_STDOUT : FRAME_STDERR,
                        r->id, nothing, (struct span){data, len});
}

static int
on_call(void *arg, struct request *r, struct run *run, struct span payload,
        struct err *err)
{
    return front_take_call(arg, r, run, payload, err);
}

/* Without memory for it: the result has it as well. */
static void
on_denied(void *arg, struct request *r, const json_t *denial)
{
    struct front *front = arg;
    if (!(r->flags & JOB_DENIALS))
        return;
    char *text = json_dumps(denial, JSON_COMPACT);
    if (text != NULL)
        send_text(front, FRAME_DENIED, r->id, text);
    free(text);
}

static void
on_answer(void *arg, struct pool *pool, uint16_t id, struct span payload)
{
    front_take_gateway(arg, pool, id, payload);
}

static void
on_broker_lost(void *arg, struct pool *pool)
{
    front_lost_broker(arg, pool);
}

static void
on_gateway_added(void *arg, struct pool *pool, const struct err *cause)
{
    front_gateway_added(arg, pool, cause);
}

static int
on_register(void *arg, struct request *r, struct run *run, struct span payload,
            struct err *err)
{
    (void)arg;
    return front_take_register(r, run, payload, err);
}

static void
on_failed(void *arg, struct request *r, const struct err *cause)
{
    struct front *front = arg;
    send_cause(front, FRAME_FAILURE, r->id, cause);
    end_request(front, r);
}

static void
on_closed(void *arg, struct request *r, const char *why)
{
    struct front *front = arg;
    send_text(front, FRAME_CLOSED, r->id, why);
    end_request(front, r);
}

static void
send_result(struct front *front, const struct request *r, struct run *run)
{
    struct err err;
    OWNED_STR text = NULL;
    const struct job_limits *l = &run->limits;
    const struct immure_limits limits = {l->cpu_ms, l->wall_ms, l->memory,
                                         l->output, l->files,   l->fuel};
    const struct result_input in = {.facts = &run->facts,
                                    .claims = &run->claims,
                                    .out = &run->capture[0],
                                    .errs = &run->capture[1],
                                    .limits = &limits,
                                    .calls = &r->calls,
                                    .brief =
                                        (r->step_flags & SESSION_BRIEF) != 0,
                                    .policy = r->pool->policy.hash,
                                    .engine = r->pool->engine};
    if (result_text(&in, &text, &err) != 0) {
        send_cause(front, FRAME_FAILURE, r->id, &err);
        return;
    }
    uint8_t head[FRAME_RESULT_HEAD];
    int exit_code, signal;
    put_u32(head, (uint32_t)facts_verdict(&run->facts, &run->claims,
                                          &exit_code, &signal));
    put_u32(head + 4, (uint32_t)exit_code);
    put_u32(head + 8, (uint32_t)signal);
    frame_link_send(&front->client, FRAME_RESULT, r->id,
                    (struct span){head, sizeof head},
                    (struct span){(const uint8_t *)text, strlen(text)});
}

static void
on_result(void *arg, struct request *r, struct run *run)
{
    struct front *front = arg;
    send_result(front, r, run);
    front_end_calls(r);
    count_bytes(front, r, 0);
    if (!(r->flags & JOB_SESSION))
        end_request(front, r);
}

static void
on_opened(void *arg, struct pool *pool)
{
    struct front *front = arg;
    send_text(front, FRAME_OPENED, pool->id, pool->engine);
}

static void
on_refused(void *arg, struct pool *pool, const struct err *cause)
{
    struct front *front = arg;
    send_cause(front, FRAME_REFUSED, pool->id, cause);
}

/* Its jobs may be on their way already: they are told the same. */
static void
refuse_policy(struct front *front, uint16_t id, const struct err *cause)
{
    front->refused[id] = malloc(sizeof *cause);
    if (front->refused[id] != NULL)
        *front->refused[id] = *cause;
    send_cause(front, FRAME_REFUSED, id, cause);
}

static int
open_policy(struct front *front, uint16_t id, struct span json,
            struct err *err)
{
    const struct pool_events events = {.output = on_output,
                                       .call = on_call,
                                       .denied = on_denied,
                                       .answer = on_answer,
                                       .broker_lost = on_broker_lost,
                                       .registers = on_register,
                                       .gateway_added = on_gateway_added,
                                       .result = on_result,
                                       .failed = on_failed,
                                       .closed = on_closed,
                                       .opened = on_opened,
                                       .refused = on_refused,
                                       .arg = front};
    if (id >= FRONT_POLICIES || front->policies[id] != NULL ||
        front->refused[id] != NULL)
        return err_set(err, ERR_PROTO, 0, "policy %u: no free id", id);
    OWNED_STR text = strndup((const char *)json.data, json.len);
    const struct pool_start start = {.id = id,
                                     .once = front->once,
                                     .host = front->host,
                                     .zygote_argv = front->zygote_argv,
                                     .policy_json = text ? text : ""};
    struct err cause;
    if (pool_new(front->guests, &start, &events, &front->policies[id],
                 &cause) != 0)
        refuse_policy(front, id, &cause);
    return 0;
}

/* Later jobs of it fail; those that are there come to their end. */
static int
forget_policy(struct front *front, uint16_t id, struct err *err)
{
    if (id < FRONT_POLICIES && front->refused[id] != NULL) {
        free(front->refused[id]);
        front->refused[id] = NULL;
        return 0;
    }
    if (id >= FRONT_POLICIES || front->policies[id] == NULL)
        return err_set(err, ERR_PROTO, 0, "no policy %u", id);
    front->policies[id]->forgotten = true;
    front->policies[id] = NULL;
    return 0;
}

static void
refuse_job(struct front *front, uint16_t id, uint32_t policy)
{
    struct err cause;
    if (policy < FRONT_POLICIES && front->policies[policy] != NULL)
        err_set(&cause, ERR_BUSY, 0, "no more jobs are taken");
    else
        err_set(&cause, ERR_POLICY, 0, "the job's policy is not open");
    send_cause(front, FRAME_FAILURE, id,
               policy < FRONT_POLICIES && front->refused[policy] != NULL
                   ? front->refused[policy]
                   : &cause);
}

static int
begin_job(struct front *front, uint16_t id, struct span payload,
          struct err *err)
{
    uint32_t policy = 0, flags = 0;
    if (span_take_u32(&payload, &policy, err) != 0 ||
        span_take_u32(&payload, &flags, err) != 0)
        return -1;
    if (front->requests[id] != NULL || front->nopen >= REQUESTS_MAX)
        return err_set(err, ERR_PROTO, 0, "job %u: no free id", id);
    struct pool *pool =
        policy < FRONT_POLICIES ? front->policies[policy] : NULL;
    if (pool == NULL || front->draining) {
        refuse_job(front, id, policy);
        return 0;
    }
    struct request *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *r = (struct request){.id = id, .flags = flags, .pool = pool};
    pool->requests++;
    front->nopen++;
    front->requests[id] = r;
    return 0;
}

static void
send_busy(struct front *front, struct request *r, uint32_t ms)
{
    uint8_t payload[4];
    put_u32(payload, ms);
    frame_link_send(&front->client, FRAME_BUSY, r->id,
                    (struct span){payload, sizeof payload}, nothing);
    end_request(front, r);
}

static void
refuse_call_names(struct front *front, struct request *r,
                  const struct err *cause)
{
    if (r->flags & JOB_SESSION)
        session_end(r, cause->msg);
    else
        on_failed(front, r, cause);
}

static void
take_job(struct front *front, struct request *r)
{
    struct err err;
    uint32_t ms = BUSY_BYTES_MS;
    if (!r->has_limits) {
        err_set(&err, ERR_PROTO, 0, "a job without limits");
        on_failed(front, r, &err);
        return;
    }
    count_bytes(front, r, r->frames.len);
    if (calls_grant_gateways(&r->calls, &r->pool->policy.gateways, &err) !=
        0) {
        refuse_call_names(front, r, &err);
        return;
    }
    if (front->queued_bytes > QUEUE_BYTES_MAX &&
        front->queued_bytes > r->frames.len && r->guest == NULL)
        send_busy(front, r, ms);
    else if (!pool_take(r->pool, r, &ms))
        send_busy(front, r, ms);
}

/* The guest is told no id: how many run beside it is not its business. */
static int
add_frame(struct front *front, struct request *r, enum frame_type type,
          struct span payload, struct err *err)
{
    if (front_check_frame(r, type, payload.len, err) != 0)
        return -1;
    if (frame_add(&r->frames, type, payload.data, payload.len, err) != 0)
        return -1;
    if (type == FRAME_SESSION)
        r->step_flags = payload.len > 0 ? payload.data[0] : 0;
    if (type == FRAME_RUN)
        take_job(front, r);
    return 0;
}

static int
send_stats(struct front *front, struct err *err)
{
    json_t *pools = json_array();
    struct pool *pool;
    TAILQ_FOREACH(pool, &front->guests->pools, entry)
    json_array_append_new(
        pools,
        json_pack(
            "{s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, "
            "s:i, s:i}",
            "policy", (int)pool->id, "hash", pool->policy.hash, "queued",
            (int)pool->queued, "starting", (int)pool->count[PLACE_STARTING],
            "idle", (int)pool->count[PLACE_IDLE], "busy",
            (int)pool->count[PLACE_BUSY], "ending",
            (int)pool->count[PLACE_ENDING], "jobs",
            (json_int_t)pool->counts.jobs, "refused",
            (json_int_t)pool->counts.busy, "guests",
            (json_int_t)pool->counts.born, "lost",
            (json_int_t)pool->counts.lost, "zygotes",
            (int)pool->zygotes.started, "requests", (int)pool->requests));
    json_t *all =
        json_pack("{s:i, s:i, s:o}", "alive", (int)front->guests->alive, "max",
                  (int)front->guests->max, "pools", pools);
    OWNED_STR text = json_dumps(all, 0);
    json_decref(all);
    if (text == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    send_text(front, FRAME_STATS, 0, text);
    return 0;
}

static int
on_connection_frame(struct front *front, enum frame_type type, uint16_t id,
                    struct span payload, struct err *err)
{
    if (type == FRAME_POLICY)
        return open_policy(front, id, payload, err);
    if (type == FRAME_FORGET)
        return forget_policy(front, id, err);
    if (type == FRAME_JOB)
        return begin_job(front, id, payload, err);
    if (type == FRAME_STATS)
        return send_stats(front, err);
    front->draining = true;
    if (front->nopen == 0)
        send_text(front, FRAME_DRAIN, 0, "");
    return 0;
}

static void
cancel(struct front *front, struct request *r)
{
    struct err cause;
    pool_cancel(r->pool, r);
    if (r->flags & JOB_SESSION) {
        on_closed(front, r, "it was closed");
        return;
    }
    err_set(&cause, ERR_CANCELLED, 0, "the job was cancelled");
    on_failed(front, r, &cause);
}

static void
pause_job(struct front *front, struct request *r, bool paused)
{
    r->paused = paused;
    if (r->guest == NULL)
        return;
    run_mute(&r->guest->run, paused || front->client.congested);
    run_freeze(&r->guest->run, paused);
}

static void
reset(struct request *r)
{
    pool_reset(r);
    front_end_calls(r);
    front_leave_gateways(r);
}

static void
interrupt(struct request *r)
{
    run_interrupt(&r->guest->run);
    front_interrupt_call(r);
}

/* About one job.  One that is over already is no error: the frames may have
 * crossed. */
static int
on_job_frame(struct front *front, const struct frame_header *h,
             struct span payload, struct err *err)
{
    struct request *r = front->requests[h->id];
    if (r == NULL)
        return 0;
    if (h->type == FRAME_CANCEL)
        cancel(front, r);
    else if (h->type == FRAME_RESET)
        reset(r);
    else if (h->type == FRAME_PAUSE || h->type == FRAME_RESUME)
        pause_job(front, r, h->type == FRAME_PAUSE);
    else if (h->type == FRAME_INTERRUPT && r->guest != NULL)
        interrupt(r);
    else if (h->type == FRAME_ANSWER)
        return front_take_answer(r, payload, err);
    else if (h->type == FRAME_GRANT && r->state == REQUEST_FILLING)
        return calls_grant(&r->calls, payload, err);
    else if (h->type == FRAME_LIMITS) {
        r->has_limits = true;
        return job_limits_parse(payload, &r->limits, err);
    } else if (h->type != FRAME_INTERRUPT)
        return add_frame(front, r, h->type, payload, err);
    return 0;
}

static int
on_frame(void *arg, const struct frame_header *h, const uint8_t *data,
         struct err *err)
{
    struct front *front = arg;
    struct span payload = {data, h->len};
    bool connection = h->type == FRAME_POLICY || h->type == FRAME_FORGET ||
                      h->type == FRAME_JOB || h->type == FRAME_STATS ||
                      h->type == FRAME_DRAIN;
    if (front->over)
        return 0;
    if (connection)
        return on_connection_frame(front, h->type, h->id, payload, err);
    return on_job_frame(front, h, payload, err);
}

static void
on_gone(void *arg)
{
    struct front *front = arg;
    front->over = true;
    event_base_loopbreak(front->guests->base);
}

static void
on_congested(void *arg, bool congested)
{
    struct front *front = arg;
    struct pool *pool;
    front->guests->held = congested;
    TAILQ_FOREACH(pool, &front->guests->pools, entry)
    pool_mute(pool, congested);
}

int
front_init(struct front *front, struct guests *guests, struct err *err)
{
    const struct frame_link_events events = {.frame = on_frame,
                                             .gone = on_gone,
                                             .piece = front_take_piece,
                                             .congested = on_congested,
                                             .arg = front};
    front->guests = guests;
    return frame_link_init(&front->client, guests->base, CLIENT_FD,
                           FRAME_FROM_CLIENT, &events, err);
}

void
front_clear(struct front *front)
{
    for (int id = 0; id < FRONT_IDS; id++)
        if (front->requests[id] != NULL) {
            front->draining = false;
            end_request(front, front->requests[id]);
        }
    for (int id = 0; id < FRONT_POLICIES; id++)
        free(front->refused[id]);
    frame_link_clear(&front->client);
}

/* An idle guest of another policy makes room; its own are of no use, or there
 * would be no queue. */
static void
make_room(struct guests *guests, struct pool *needy)
{
    struct pool *pool;
    TAILQ_FOREACH(pool, &guests->pools, entry)
    if (pool->count[PLACE_ENDING] > 0)
        return; /* there will be room in a moment */
    TAILQ_FOREACH(pool, &guests->pools, entry)
    if (pool != needy && pool->queued == 0 && pool_give_up_one(pool))
        return;
    (void)pool_give_up_one(needy);
}

/* Round robin: whoever got a guest goes to the end of the line. */
static bool
give_turns(struct guests *guests)
{
    unsigned room =
        guests->max > guests->alive ? guests->max - guests->alive : 0;
    struct pool *pool, *after;
    bool any = false;
    for (pool = TAILQ_FIRST(&guests->pools); pool != NULL; pool = after) {
        after = TAILQ_NEXT(pool, entry);
        if (room == 0 && pool->queued > pool->count[PLACE_STARTING])
            make_room(guests, pool);
        if (room == 0 || pool_refill(pool, 1) == 0)
            continue;
        room--;
        any = true;
        TAILQ_REMOVE(&guests->pools, pool, entry);
        TAILQ_INSERT_TAIL(&guests->pools, pool, entry);
    }
    return any;
}

void
front_balance(struct front *front)
{
    struct guests *guests = front->guests;
    struct pool *pool, *after;
    if (!guests->held) {
        TAILQ_FOREACH(pool, &guests->pools, entry)
        pool_settle(pool);
        while (give_turns(guests))
            ;
    }
    guests_tidy(guests);
    for (pool = TAILQ_FIRST(&guests->pools); pool != NULL; pool = after) {
        after = TAILQ_NEXT(pool, entry);
        zygotes_tidy(&pool->zygotes);
        if (pool->forgotten && pool->requests == 0 && !pool->closing)
            pool_close(pool);
        if (!pool_is_gone(pool))
            continue;
        TAILQ_REMOVE(&guests->pools, pool, entry);
        pool_free(pool);
    }
}
