/* Jobs and sessions of a context. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/lib/context.h"
#include "host/policy/policy.h"
#include "host/wire/call.h"
#include "host/wire/job.h"

static void
set_cause(struct immure_call *call, enum immure_err_code code,
          const char *text, size_t len)
{
    call->failed = true;
    call->cause = (struct immure_err){.code = code};
    snprintf(call->cause.msg, sizeof call->cause.msg, "%.*s", (int)len, text);
}

static uint32_t
get_u32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
           (uint32_t)in[3] << 24;
}

static void
take_result(struct immure_call *call, const uint8_t *payload, size_t len)
{
    uint32_t verdict = len >= FRAME_RESULT_HEAD ? get_u32(payload) : ~0u;
    char *json = NULL;
    if (verdict <= IMMURE_DENIED)
        json = strndup((const char *)payload + FRAME_RESULT_HEAD,
                       len - FRAME_RESULT_HEAD);
    if (json == NULL) {
        set_cause(call, IMMURE_ERR_PROTO, "a result without a verdict", 64);
        return;
    }
    free(call->result.json);
    call->failed = false;
    call->result =
        (struct immure_result){.verdict = (enum immure_verdict)verdict,
                               .exit_code = (int)get_u32(payload + 4),
                               .signal = (int)get_u32(payload + 8),
                               .json = json};
}

static void
take_cause(struct immure_call *call, const uint8_t *payload, size_t len)
{
    enum immure_err_code code = IMMURE_ERR_SYSTEM;
    if (len > 0 && payload[0] <= IMMURE_ERR_CANCELLED)
        code = (enum immure_err_code)payload[0];
    set_cause(call, code, len > 1 ? (const char *)payload + 1 : "",
              len > 0 ? len - 1 : 0);
}

/* The id may be given again from here on. */
static void
leave_table(struct immure_call *call)
{
    if (call->im->calls[call->id] == call)
        call->im->calls[call->id] = NULL;
}

static void
destroy(struct immure_call *call)
{
    free(call->result.json);
    free(call);
}

/* Call back with the lock given up.  A call that was freed meanwhile goes. */
static void
call_back(struct immure_call *call, int fd, const uint8_t *data, size_t len)
{
    struct immure *im = call->im;
    const struct immure_events events = call->events;
    if (call->freed || (fd != 0 ? !events.output : !events.done))
        return;
    call->busy = true;
    pthread_mutex_unlock(&im->lock);
    if (fd != 0)
        events.output(events.arg, call, fd, data, len);
    else
        events.done(events.arg, call);
    pthread_mutex_lock(&im->lock);
    call->busy = false;
}

static void
finish(struct immure_call *call, bool last)
{
    bool told = call->state == CALL_WAITING;
    if (last)
        leave_table(call);
    call->over = call->over || last;
    if (told) {
        call->state = CALL_DONE;
        call_back(call, 0, NULL, 0);
    }
    if (last && call->freed) {
        call->im->ncalls--;
        destroy(call);
    }
}

/* After a session's last step its result may still be untaken. */
static void
take_closed(struct immure_call *call, const uint8_t *payload, size_t len)
{
    char text[TEXT_CAP];
    int n = snprintf(text, sizeof text, "the session is over: %.*s", (int)len,
                     (const char *)payload);
    if (call->state != CALL_DONE)
        set_cause(call, IMMURE_ERR_GONE, text, (size_t)n);
    finish(call, true);
}

/* A guest would wait for nobody until its time is up.  An error shows as the
 * supervisor's end. */
static void
answer_for_nobody(struct immure_call *call, uint32_t serial)
{
    static const char text[] =
        "nobody answers: the program outside granted the function, and has "
        "nothing that is told of calls";
    OWNED_BUFFER frame = {0};
    const struct answer answer = {
        serial, ANSWER_ERROR, {(const uint8_t *)text, sizeof text - 1}};
    if (answer_add(&frame, call->id, &answer, NULL) == 0)
        (void)context_send(call->im, frame.data, frame.len, NULL);
}

/* One that was freed is cancelled already. */
static void
take_guests_call(struct immure_call *call, const uint8_t *payload, size_t len)
{
    struct immure *im = call->im;
    const struct immure_events events = call->events;
    struct call asked;
    struct err err;
    char name[CALL_NAME_MAX + 1] = "";
    if (call->freed || call_parse((struct span){payload, len}, &asked, &err))
        return;
    if (events.called == NULL) {
        answer_for_nobody(call, asked.serial);
        return;
    }
    memcpy(name, asked.name.data, asked.name.len);
    call->busy = true;
    pthread_mutex_unlock(&im->lock);
    events.called(events.arg, call, name, asked.serial, asked.data.data,
                  asked.data.len);
    pthread_mutex_lock(&im->lock);
    call->busy = false;
}

static void
take_denial(struct immure_call *call, const uint8_t *payload, size_t len)
{
    struct immure *im = call->im;
    const struct immure_events events = call->events;
    if (call->freed || events.denied == NULL)
        return;
    call->busy = true;
    pthread_mutex_unlock(&im->lock);
    events.denied(events.arg, call, payload, len);
    pthread_mutex_lock(&im->lock);
    call->busy = false;
}

static void
take_call_frame(struct immure_call *call, const struct frame_header *h,
                const uint8_t *payload)
{
    if (h->type == FRAME_STDOUT || h->type == FRAME_STDERR) {
        call_back(call, h->type == FRAME_STDOUT ? 1 : 2, payload, h->len);
    } else if (h->type == FRAME_CALL) {
        take_guests_call(call, payload, h->len);
    } else if (h->type == FRAME_DENIED) {
        take_denial(call, payload, h->len);
    } else if (h->type == FRAME_RESULT) {
        take_result(call, payload, h->len);
        finish(call, !call->session);
    } else if (h->type == FRAME_FAILURE) {
        take_cause(call, payload, h->len);
        finish(call, true);
    } else if (h->type == FRAME_BUSY) {
        set_cause(call, IMMURE_ERR_BUSY, "too many jobs wait", 64);
        call->cause.retry_ms = h->len == 4 ? get_u32(payload) : 1;
        finish(call, true);
    } else if (h->type == FRAME_CLOSED) {
        take_closed(call, payload, h->len);
    }
}

void
context_take(struct immure *im, const struct frame_header *h,
             const uint8_t *payload)
{
    struct immure_call *call = im->calls[h->id];
    if (h->type == FRAME_STATS) {
        free(im->stats);
        im->stats = strndup((const char *)payload, h->len);
    } else if (h->type == FRAME_DRAIN) {
        im->drained = true;
    } else if (h->type != FRAME_OPENED && h->type != FRAME_REFUSED &&
               call != NULL) {
        take_call_frame(call, h, payload);
    }
}

void
context_fail(struct immure *im, const struct err *err)
{
    if (im->dead)
        return;
    im->dead = true;
    (void)context_hand_over(-1, err, &im->cause);
    for (int id = 0; id < CALL_IDS; id++) {
        struct immure_call *call = im->calls[id];
        if (call == NULL)
            continue;
        set_cause(call, im->cause.code, im->cause.msg, TEXT_CAP);
        finish(call, true);
    }
    pthread_cond_broadcast(&im->changed);
}

int
immure_policy_open(struct immure *im, const char *policy, unsigned *out_policy,
                   struct immure_err *err)
{
    struct err e;
    const char *json = policy[0] == '{' ? policy : policy_builtin(policy);
    if (context_enter(im, err) != 0)
        return -1;
    unsigned id = 1;
    while (id < POLICY_IDS && im->policies[id])
        id++;
    int done = 0;
    if (json == NULL)
        done = err_set(&e, ERR_POLICY, 0, "no profile %.100s", policy);
    else if (id == POLICY_IDS)
        done = err_set(&e, ERR_USAGE, 0, "more than %d policies are open",
                       POLICY_IDS - 1);
    else
        done = context_send_frame(im, FRAME_POLICY, (uint16_t)id, json,
                                  strlen(json), &e);
    if (done == 0) {
        im->policies[id] = true;
        *out_policy = id;
    }
    context_leave(im);
    return context_hand_over(done, &e, err);
}

int
immure_policy_close(struct immure *im, unsigned policy, struct immure_err *err)
{
    struct err e;
    if (context_enter(im, err) != 0)
        return -1;
    int done = 0;
    if (policy >= POLICY_IDS || !im->policies[policy])
        done = err_set(&e, ERR_USAGE, 0, "policy %u is not open", policy);
    else
        done = context_send_frame(im, FRAME_FORGET, (uint16_t)policy, NULL, 0,
                                  &e);
    if (done == 0)
        im->policies[policy] = false;
    context_leave(im);
    return context_hand_over(done, &e, err);
}

/* An id that no call of ours has: one that the supervisor may still answer is
 * in the table until it has. */
static int
free_id(struct immure *im, uint16_t *out, struct err *err)
{
    for (unsigned i = 1; i < CALL_IDS; i++) {
        unsigned id = (im->last_id + i) % CALL_IDS;
        if (id == 0 || im->calls[id] != NULL)
            continue;
        im->last_id = id;
        *out = (uint16_t)id;
        return 0;
    }
    return err_set(err, ERR_BUSY, 0, "more than %d jobs", CALL_IDS - 1);
}

static int
add_begin(struct buf *out, const struct immure_call *call, unsigned policy,
          struct err *err)
{
    uint32_t flags = (call->session ? JOB_SESSION : 0) |
                     (call->events.output ? JOB_STREAM : 0) |
                     (call->events.denied ? JOB_DENIALS : 0);
    OWNED_BUFFER payload = {0};
    if (u32_add(&payload, policy, err) != 0 ||
        u32_add(&payload, flags, err) != 0)
        return -1;
    return frame_add_id(out, FRAME_JOB, call->id, payload.data, payload.len,
                        err);
}

static int
begin(struct immure_call *call, unsigned policy, const struct immure_job *job,
      struct err *err)
{
    struct immure *im = call->im;
    OWNED_BUFFER out = {0};
    if (policy >= POLICY_IDS || !im->policies[policy])
        return err_set(err, ERR_USAGE, 0, "policy %u is not open", policy);
    if (free_id(im, &call->id, err) != 0 ||
        add_begin(&out, call, policy, err) != 0 ||
        (job != NULL &&
         encode_job(&out, call->id, job, call->session, err) != 0) ||
        context_send_buf(im, &out, err) != 0)
        return -1;
    im->calls[call->id] = call;
    im->ncalls++;
    return 0;
}

static int
start_call(struct immure *im, unsigned policy, const struct immure_job *job,
           const struct immure_events *events, struct immure_call **out,
           struct immure_err *err)
{
    struct err e;
    struct immure_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        err_set(&e, ERR_MEMORY, 0, "out of memory");
        return context_hand_over(-1, &e, err);
    }
    call->im = im;
    call->session = job == NULL;
    call->state = job ? CALL_WAITING : CALL_RESTING;
    if (events != NULL)
        call->events = *events;
    if (context_enter(im, err) != 0) {
        free(call);
        return -1;
    }
    int done = begin(call, policy, job, &e);
    /* Before anybody can call back for it. */
    if (done == 0)
        *out = call;
    context_leave(im);
    if (done != 0)
        free(call);
    return context_hand_over(done, &e, err);
}

int
immure_submit(struct immure *im, unsigned policy, const struct immure_job *job,
              const struct immure_events *events, struct immure_call **out,
              struct immure_err *err)
{
    return start_call(im, policy, job, events, out, err);
}

int
immure_session(struct immure *im, unsigned policy,
               const struct immure_events *events, struct immure_call **out,
               struct immure_err *err)
{
    return start_call(im, policy, NULL, events, out, err);
}

int
immure_step(struct immure_call *call, const struct immure_job *job,
            struct immure_err *err)
{
    struct err e;
    OWNED_BUFFER out = {0};
    if (context_enter(call->im, err) != 0)
        return -1;
    int done = 0;
    if (!call->session)
        done = err_set(&e, ERR_USAGE, 0, "this call is no session");
    else if (call->over)
        done = err_set(&e, ERR_GONE, 0, "the session is over");
    else if (call->state == CALL_WAITING || call->state == CALL_DONE)
        done = err_set(&e, ERR_USAGE, 0,
                       "the last step's result has not been taken");
    if (done == 0)
        done = encode_job(&out, call->id, job, true, &e);
    if (done == 0)
        done = context_send_buf(call->im, &out, &e);
    if (done == 0)
        call->state = CALL_WAITING;
    context_leave(call->im);
    return context_hand_over(done, &e, err);
}

bool
immure_is_done(const struct immure_call *call)
{
    struct immure *im = call->im;
    if (getpid() != im->owner)
        return false;
    pthread_mutex_lock(&im->lock);
    bool done = call->state != CALL_WAITING;
    pthread_mutex_unlock(&im->lock);
    return done;
}

static int
take(struct immure_call *call, struct immure_result *out,
     struct immure_err *err)
{
    struct err e;
    if (call->state != CALL_DONE) {
        err_set(&e, ERR_USAGE, 0, "there is nothing to wait for");
        return context_hand_over(-1, &e, err);
    }
    call->state = call->session ? CALL_RESTING : CALL_TAKEN;
    if (call->failed) {
        if (err != NULL)
            *err = call->cause;
        return -1;
    }
    *out = call->result;
    call->result = (struct immure_result){0};
    return 0;
}

int
immure_wait(struct immure_call *call, struct immure_result *out_result,
            struct immure_err *err)
{
    struct immure *im = call->im;
    /* A dead context has failed all its calls: their causes are taken. */
    if (getpid() != im->owner)
        return context_enter(im, err);
    pthread_mutex_lock(&im->lock);
    while (call->state == CALL_WAITING)
        (void)context_turn(im, -1);
    int done = take(call, out_result, err);
    pthread_mutex_unlock(&im->lock);
    return done;
}

static int
send_about(struct immure_call *call, enum frame_type type,
           struct immure_err *err)
{
    struct err e;
    int done = 0;
    if (context_enter(call->im, err) != 0)
        return -1;
    if (call->im->calls[call->id] == call)
        done = context_send_frame(call->im, type, call->id, NULL, 0, &e);
    context_leave(call->im);
    return context_hand_over(done, &e, err);
}

int
immure_answer(struct immure_call *call, uint32_t serial,
              enum immure_answer_status status, const void *data, size_t len,
              struct immure_err *err)
{
    struct err e;
    OWNED_BUFFER frame = {0};
    const struct answer answer = {serial,
                                  status == IMMURE_ANSWER_VALUE ? ANSWER_VALUE
                                                                : ANSWER_ERROR,
                                  {data, len}};
    if (context_enter(call->im, err) != 0)
        return -1;
    int done = answer_add(&frame, call->id, &answer, &e);
    if (done == 0 && call->im->calls[call->id] == call)
        done = context_send(call->im, frame.data, frame.len, &e);
    context_leave(call->im);
    return context_hand_over(done, &e, err);
}

int
immure_cancel(struct immure_call *call, struct immure_err *err)
{
    return send_about(call, FRAME_CANCEL, err);
}

int
immure_pause(struct immure_call *call, struct immure_err *err)
{
    return send_about(call, FRAME_PAUSE, err);
}

int
immure_resume(struct immure_call *call, struct immure_err *err)
{
    return send_about(call, FRAME_RESUME, err);
}

int
immure_interrupt(struct immure_call *session, struct immure_err *err)
{
    return send_about(session, FRAME_INTERRUPT, err);
}

int
immure_reset(struct immure_call *session, struct immure_err *err)
{
    struct err e;
    if (!immure_is_done(session)) {
        err_set(&e, ERR_USAGE, 0, "a step of the session is running");
        return context_hand_over(-1, &e, err);
    }
    return send_about(session, FRAME_RESET, err);
}

/* The supervisor may still have frames for it: it goes with the last. */
void
immure_free(struct immure_call *call)
{
    if (call == NULL)
        return;
    struct immure *im = call->im;
    if (getpid() != im->owner) {
        destroy(call);
        context_forget_call(im);
        return;
    }
    pthread_mutex_lock(&im->lock);
    call->freed = true;
    if (im->calls[call->id] == call && !im->dead) {
        (void)context_send_frame(im, FRAME_CANCEL, call->id, NULL, 0, NULL);
        pthread_mutex_unlock(&im->lock);
        return;
    }
    if (call->busy) { /* inside its own callback: finish() goes on with it */
        pthread_mutex_unlock(&im->lock);
        return;
    }
    destroy(call);
    context_forget_call(im);
}
