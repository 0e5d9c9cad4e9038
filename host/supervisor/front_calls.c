#include "host/supervisor/front_calls.h"

#include <string.h>

#include "host/supervisor/audit.h"

/* A broker answers by itself when the time of a call is up. */
enum { BROKER_SLACK_MS = 2000 };

/* As a stream of a policy that does not say: its keys are in
 * host/policy/_immure_gateways.py. */
enum { STREAM_CALLS = 100000 };

static const struct span nothing = {(const uint8_t *)"", 0};

/* A call that was answered, or never made. */
static int
log_call(struct request *request, struct span name, bool gateway,
         const struct answer *answer, size_t sent, uint64_t ns,
         struct err *err)
{
    const struct audit_call call = {.policy = request->pool->policy.hash,
                                    .job = request->id,
                                    .name = name,
                                    .gateway = gateway,
                                    .sent = sent,
                                    .came = answer->data.len,
                                    .ns = ns,
                                    .status = answer->status};
    return audit_write(request->pool->guests->audit, &call, err);
}

static int
answer(struct request *request, struct run *run, struct answer *answer,
       struct err *err)
{
    struct calls *calls = &request->calls;
    const struct grant *grant = calls->waiting;
    bool gateway = calls_wait_for_gateway(calls);
    uint64_t now_ns = run_now_ns();
    if (!calls_end(calls, answer, now_ns))
        return 0;
    if (gateway)
        run_hold_wall(run, false);
    const struct span name = {(const uint8_t *)grant->name,
                              strlen(grant->name)};
    if (log_call(request, name, gateway, answer, calls->sent,
                 now_ns - calls->since_ns, err) != 0) {
        run_give_up(run, err);
        return 0;
    }
    return run_answer(run, answer, err);
}

/* The first of a job's: a guest may ask for what it was not granted as often
 * as its report lets it. */
static int
refuse(struct request *request, struct run *run, const struct call *call,
       enum answer_status status, struct err *err)
{
    const struct answer told = {call->serial, status, nothing};
    bool gateway = gateways_have(&request->pool->policy.gateways, call->name);
    if (request->calls.refused++ < AUDIT_REFUSALS_MAX &&
        log_call(request, call->name, gateway, &told, call->data.len, 0,
                 err) != 0) {
        run_give_up(run, err);
        return 0;
    }
    return run_answer(run, &told, err);
}

/* End the call that the guest waits in, with a text. */
static void
answer_error(struct request *request, struct run *run, const char *text)
{
    struct err err;
    struct answer told = {request->calls.serial,
                          ANSWER_ERROR,
                          {(const uint8_t *)text, strlen(text)}};
    if (answer(request, run, &told, &err) != 0)
        run_give_up(run, &err);
}

/* What the broker itself has said may name addresses and files. */
static const char no_broker[] = "the broker of the gateways has ended, or "
                                "could not be started";

static const char *
why_no_broker(const struct broker_link *broker)
{
    return broker->cause.code == ERR_GONE ? broker->cause.msg : no_broker;
}

static void
ask_gateway(struct request *request, struct run *run, struct span payload)
{
    struct broker_link *broker = request->pool->broker;
    uint32_t ms = calls_time_ms(&request->calls);
    if (request->calls.waiting->gateway->pauses)
        run_hold_wall(run, true);
    if (broker_link_ask(broker, request->id, ms, payload))
        request->joined = true;
    else
        answer_error(request, run, why_no_broker(broker));
}

int
front_take_call(struct front *front, struct request *request, struct run *run,
                struct span payload, struct err *err)
{
    struct call call;
    enum answer_status status;
    if (call_parse(payload, &call, err) != 0 ||
        calls_begin(&request->calls, &call, run_now_ns(), &status, err) != 0)
        return -1;
    if (status != ANSWER_VALUE)
        return refuse(request, run, &call, status, err);
    if (calls_wait_for_gateway(&request->calls))
        ask_gateway(request, run, payload);
    else
        frame_link_send(&front->client, FRAME_CALL, request->id, payload,
                        nothing);
    return 1;
}

int
front_take_answer(struct request *request, struct span payload,
                  struct err *err)
{
    struct answer told;
    if (answer_parse(payload, &told, err) != 0)
        return -1;
    if (told.status != ANSWER_VALUE && told.status != ANSWER_ERROR)
        return err_set(err, ERR_PROTO, 0, "an answer that is not a client's");
    if (request->guest == NULL || calls_wait_for_gateway(&request->calls))
        return 0;
    return answer(request, &request->guest->run, &told, err);
}

void
front_take_gateway(struct front *front, struct pool *pool, uint16_t id,
                   struct span payload)
{
    struct request *request = front->requests[id];
    struct answer told;
    struct err err;
    if (request == NULL || request->pool != pool || request->guest == NULL ||
        !calls_wait_for_gateway(&request->calls))
        return;
    struct run *run = &request->guest->run;
    if (answer_parse(payload, &told, &err) != 0 ||
        answer(request, run, &told, &err) != 0)
        run_give_up(run, &err);
}

static void
answer_register(struct request *request, struct run *run,
                const struct err *cause)
{
    struct err err;
    const char *text = cause ? cause->msg : "";
    const struct answer told = {request->register_serial,
                                cause ? ANSWER_ERROR : ANSWER_VALUE,
                                {(const uint8_t *)text, strlen(text)}};
    request->registers = false;
    if (run_answer(run, &told, &err) != 0)
        run_give_up(run, &err);
}

int
front_take_register(struct request *request, struct run *run,
                    struct span payload, struct err *err)
{
    char name[CALL_NAME_MAX + 1] = "";
    struct call call;
    struct err cause;
    if (call_parse(payload, &call, err) != 0)
        return -1;
    if (request->registers)
        return err_set(err, ERR_PROTO, 0, "two registrations at a time");
    request->registers = true;
    request->register_serial = call.serial;
    memcpy(name, call.name.data, call.name.len);
    json_t *keys =
        json_pack("{s:s, s:s%, s:i}", "kind", "stream", "uri", call.data.data,
                  call.data.len, "calls", STREAM_CALLS);
    int done = keys ? pool_add_gateway(request->pool, name, keys, &cause)
                    : err_set(&cause, ERR_POLICY, 0, "a URI that is no text");
    json_decref(keys);
    if (done != 0)
        answer_register(request, run, &cause);
    return 0;
}

static void
end_register(struct request *request, const struct err *cause)
{
    const struct gateways *gateways = &request->pool->policy.gateways;
    struct err err;
    if (cause == NULL &&
        calls_grant_gateway(&request->calls,
                            &gateways->rows[gateways->count - 1], &err) != 0)
        cause = &err;
    if (request->guest != NULL)
        answer_register(request, &request->guest->run, cause);
}

void
front_gateway_added(struct front *front, struct pool *pool,
                    const struct err *cause)
{
    for (int id = 0; id < FRONT_IDS; id++) {
        struct request *r = front->requests[id];
        if (r != NULL && r->pool == pool && r->registers)
            end_register(r, cause);
    }
}

void
front_lost_broker(struct front *front, struct pool *pool)
{
    for (int id = 0; id < FRONT_IDS; id++) {
        struct request *r = front->requests[id];
        if (r == NULL || r->pool != pool)
            continue;
        r->joined = false;
        if (r->guest != NULL && calls_wait_for_gateway(&r->calls))
            answer_error(r, &r->guest->run, why_no_broker(pool->broker));
    }
}

void
front_end_calls(struct request *request)
{
    if (calls_wait_for_gateway(&request->calls))
        broker_link_stop(request->pool->broker, request->id);
    calls_clear(&request->calls);
}

void
front_leave_gateways(struct request *request)
{
    if (request->joined)
        broker_link_leave(request->pool->broker, request->id);
    request->joined = false;
}

static bool
is_late(const struct request *r, uint64_t now_ns)
{
    const struct calls *calls = &r->calls;
    if (!calls_wait_for_gateway(calls))
        return false;
    uint64_t ms = calls->waiting->gateway->time_ms + BROKER_SLACK_MS;
    return now_ns - calls->since_ns > ms * 1000000;
}

void
front_check_brokers(struct front *front, uint64_t now_ns)
{
    struct pool *pool;
    TAILQ_FOREACH(pool, &front->guests->pools, entry)
    if (pool->broker != NULL)
        broker_link_end_late(pool->broker, now_ns);
    for (int id = 0; id < FRONT_IDS && front->nopen > 0; id++) {
        struct request *r = front->requests[id];
        if (r != NULL && is_late(r, now_ns))
            broker_link_give_up(r->pool->broker);
    }
}

void
front_interrupt_call(struct request *request)
{
    if (calls_wait_for_gateway(&request->calls))
        broker_link_stop(request->pool->broker, request->id);
    answer_error(request, &request->guest->run, "the call was interrupted");
}
