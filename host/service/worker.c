#include "host/service/worker.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/service/hosting.h"

static const char loader[] =
    "def load(entry):\n"
    "    import importlib\n"
    "    from immure import wsgi\n"
    "    module, _, path = entry.partition(':')\n"
    "    app = importlib.import_module(module)\n"
    "    for name in path.split('.'):\n"
    "        if not hasattr(app, name):\n"
    "            raise AttributeError('entry %s: there is no %s in %s'\n"
    "                                 % (entry, path, module))\n"
    "        app = getattr(app, name)\n"
    "    if not callable(app):\n"
    "        raise TypeError('entry %s: a %s can not be called'\n"
    "                        % (entry, type(app).__name__))\n"
    "    return wsgi.server(app)\n"
    "import sys\n"
    "__serve__ = load(sys.argv.pop())\n"
    "del load, sys\n";

static const struct immure_grant http_grant = {"immure.http", UINT32_MAX,
                                               UINT64_MAX};

/* --- what the guest says --- */

static void
note_wrong(struct worker *worker, const char *why)
{
    struct exchange *x = worker->exchange;
    worker->wrong = true;
    tenant_log(worker->tenant, NULL, "%s %s: the response is refused: %s",
               x->method, x->target, why);
    if (!x->queued) {
        x->status = 0;
        x->length = LENGTH_UNKNOWN;
        x->taken = 0;
        x->out.len = x->out_at = 0;
        x->out_whole = false;
    }
    exchange_fail(x, MHD_HTTP_BAD_GATEWAY);
}

static uint32_t
get_u32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
           (uint32_t)in[3] << 24;
}

static int
take_response(struct exchange *x, const uint8_t *data, size_t len,
              struct err *err)
{
    uint8_t what = data[0];
    size_t at = 1;
    if (what == 'F' || what == 'H') {
        uint32_t head = len >= 5 ? get_u32(data + 1) : UINT32_MAX;
        if (len < 5 || head > len - 5)
            return err_set(err, ERR_PROTO, 0, "a message without its head");
        if (exchange_begin(x, data + 5, head, err) != 0)
            return -1;
        at = 5 + (size_t)head;
    }
    if (http_is_bare(x))
        at = len;
    if (exchange_add(x, data + at, len - at, err) != 0)
        return -1;
    if (what == 'F' || what == 'E')
        exchange_end(x);
    else
        exchange_push(x);
    return 0;
}

static void
take_told(struct worker *worker, uint32_t serial)
{
    struct hosting *hosting = worker->tenant->hosting;
    const struct timeval soon = {0, 1000};
    worker->told = true;
    worker->told_serial = serial;
    if (TAILQ_EMPTY(&hosting->told))
        (void)evtimer_add(hosting->late, &soon);
    TAILQ_INSERT_TAIL(&hosting->told, worker, told_entry);
}

static void
on_called(void *arg, struct immure_call *call, const char *function,
          uint32_t serial, const void *data, size_t len)
{
    struct worker *worker = arg;
    struct exchange *x = worker->exchange;
    const uint8_t *bytes = data;
    struct err err;
    (void)call, (void)function; /* no other is granted */
    if (x == NULL || worker->state != WORKER_BUSY || worker->wrong ||
        worker->told || len == 0 || strchr("RHBFE", bytes[0]) == NULL) {
        worker_refuse(worker, serial, "there is no request to answer");
        return;
    }
    if (x->refused) {
        worker_refuse(worker, serial, "the request was answered already");
        return;
    }
    if (bytes[0] == 'R') {
        exchange_want_body(x, serial);
        return;
    }
    if (take_response(x, bytes, len, &err) != 0) {
        note_wrong(worker, err.msg);
        worker_refuse(worker, serial, err.msg);
    } else if (bytes[0] == 'F' || bytes[0] == 'E') {
        take_told(worker, serial);
    } else if (x->connection == NULL) {
        worker_refuse(worker, serial, "the client has left");
    } else if (exchange_is_full(x)) {
        x->out_full = true;
        x->out_serial = serial;
        worker_hold(worker);
    } else {
        worker_answer(worker, serial, "", 0);
    }
}

/* --- what it is told --- */

static void
answer(struct worker *worker, uint32_t serial,
       enum immure_answer_status status, const void *data, size_t len)
{
    if (worker->held)
        (void)immure_resume(worker->session, NULL);
    worker->held = false;
    (void)immure_answer(worker->session, serial, status, data, len, NULL);
}

void
worker_answer(struct worker *worker, uint32_t serial, const void *data,
              size_t len)
{
    answer(worker, serial, IMMURE_ANSWER_VALUE, data, len);
}

void
worker_refuse(struct worker *worker, uint32_t serial, const char *why)
{
    answer(worker, serial, IMMURE_ANSWER_ERROR, why, strlen(why));
}

void
worker_hold(struct worker *worker)
{
    worker->held = immure_pause(worker->session, NULL) == 0;
}

static void
forget_told(struct worker *worker)
{
    if (worker->told)
        TAILQ_REMOVE(&worker->tenant->hosting->told, worker, told_entry);
    worker->told = false;
}

void
worker_release_told(struct worker *worker)
{
    forget_told(worker);
    worker_answer(worker, worker->told_serial, "", 0);
}

/* --- its life --- */

static void
on_done(void *arg, struct immure_call *call)
{
    struct worker *worker = arg;
    (void)call;
    if (!worker->is_done)
        TAILQ_INSERT_TAIL(&worker->tenant->hosting->done, worker, done_entry);
    worker->is_done = true;
}

static int
load(struct worker *worker, struct immure_err *err)
{
    const struct app *app = &worker->release->app;
    const struct app_limits *limits = &app->limits;
    const char *args[] = {app->name, app->entry};
    const struct immure_job job = {.code = {loader, sizeof loader - 1},
                                   .filename = "<immure app>",
                                   .args = args,
                                   .nargs = 2,
                                   .env = app->environment,
                                   .nenv = app->nenvironment,
                                   .files = app->files,
                                   .nfiles = app->nfiles,
                                   .brief = true,
                                   .limits = {.cpu_ms = limits->load_ms,
                                              .wall_ms = limits->load_ms,
                                              .memory = limits->memory,
                                              .output = limits->output,
                                              .files = limits->files}};
    return immure_step(worker->session, &job, err);
}

struct worker *
worker_new(struct tenant *tenant, struct release *release, struct err *err)
{
    struct immure_err e;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        err_set(err, ERR_MEMORY, 0, "out of memory");
        return NULL;
    }
    worker->tenant = tenant;
    worker->release = release;
    const struct immure_events events = {
        .done = on_done, .called = on_called, .arg = worker};
    if (immure_session(tenant->hosting->im, release->policy, &events,
                       &worker->session, &e) != 0 ||
        load(worker, &e) != 0) {
        err_set(err, (enum err_code)e.code, 0, "%s", e.msg);
        immure_free(worker->session);
        free(worker);
        return NULL;
    }
    release->users++;
    TAILQ_INSERT_TAIL(&tenant->workers, worker, entry);
    return worker;
}

void
worker_free(struct worker *worker)
{
    struct tenant *tenant = worker->tenant;
    struct exchange *x = worker->exchange;
    forget_told(worker);
    if (worker->is_done)
        TAILQ_REMOVE(&tenant->hosting->done, worker, done_entry);
    TAILQ_REMOVE(&tenant->workers, worker, entry);
    if (x != NULL) {
        x->worker = NULL;
        exchange_release(x);
    }
    immure_free(worker->session);
    release_drop(tenant->hosting, worker->release);
    free(worker);
}

bool
worker_serve(struct worker *worker, struct exchange *x)
{
    const struct app_limits *limits = &worker->release->app.limits;
    OWNED_BUFFER environ = {0};
    struct immure_err e;
    struct err err;
    if (head_environ(x, &environ, &err) != 0) {
        exchange_fail(x, MHD_HTTP_SERVICE_UNAVAILABLE);
        return true;
    }
    const struct immure_job job = {.function = "__serve__",
                                   .brief = true,
                                   .yields = true,
                                   .input = {environ.data, environ.len},
                                   .grants = &http_grant,
                                   .ngrants = 1,
                                   .limits = {.cpu_ms = limits->cpu_ms,
                                              .wall_ms = limits->wall_ms,
                                              .memory = limits->memory,
                                              .output = limits->output,
                                              .files = limits->files}};
    worker->exchange = x;
    x->worker = worker;
    x->state = EXCHANGE_RUNNING;
    worker->state = WORKER_BUSY;
    if (immure_step(worker->session, &job, &e) == 0) {
        x->body.len = 0; /* not before: another worker may have to have it */
        return true;
    }
    worker->exchange = NULL;
    x->worker = NULL;
    return false;
}

/* --- how it ended --- */

static const char *
text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void
log_denials(struct tenant *tenant, const json_t *result)
{
    size_t i;
    const json_t *denial;
    json_array_foreach(json_object_get(result, "denials"), i, denial) {
        tenant_log(
            tenant, NULL, "%s was denied (rule %s, line %lld, %lld times): %s",
            text_in(denial, "what"), text_in(denial, "rule"),
            (long long)json_integer_value(json_object_get(denial, "line")),
            (long long)json_integer_value(json_object_get(denial, "count")),
            text_in(denial, "fix"));
    }
}

static void
log_result(struct worker *worker, const struct immure_result *result)
{
    struct tenant *tenant = worker->tenant;
    const struct exchange *x = worker->exchange;
    json_t *all = json_loads(result->json, 0, NULL);
    const char *method = x ? x->method : "load";
    const char *target = x ? x->target : worker->release->app.entry;
    const json_t *limit = json_object_get(all, "limit");
    const char *printed = text_in(all, "stderr");
    if (result->verdict != IMMURE_OK)
        tenant_log(tenant, NULL, "%s %s: %s%s%s%s%s", method, target,
                   immure_verdict_name(result->verdict),
                   json_is_object(limit) ? ", over limits." : "",
                   text_in(limit, "name"), *text_in(all, "why") ? ": " : "",
                   text_in(all, "why"));
    log_denials(tenant, all);
    if (printed[0] != '\0')
        tenant_log(tenant, printed, "%s %s: stderr", method, target);
    if (*text_in(all, "stdout") != '\0')
        tenant_log(tenant, text_in(all, "stdout"), "%s %s: stdout", method,
                   target);
    json_decref(all);
}

static unsigned
status_for(const struct immure_result *result)
{
    switch (result->verdict) {
    case IMMURE_OK:
    case IMMURE_EXIT:
    case IMMURE_ERROR:
    case IMMURE_DENIED:
        return MHD_HTTP_INTERNAL_SERVER_ERROR;
    case IMMURE_CPU:
    case IMMURE_WALL:
    case IMMURE_MEMORY:
    case IMMURE_OUTPUT:
    case IMMURE_FUEL:
    case IMMURE_KILLED:
    case IMMURE_CRASHED:
    case IMMURE_INTERNAL:
        break;
    }
    return MHD_HTTP_SERVICE_UNAVAILABLE;
}

/* The request is through, be it answered or not. */
static void
let_go(struct worker *worker, unsigned status)
{
    struct exchange *x = worker->exchange;
    if (x == NULL)
        return;
    x->body_wanted = x->out_full = false;
    exchange_fail(x, status);
    worker->exchange = NULL;
    x->worker = NULL;
    exchange_release(x);
}

static bool
is_worn(const struct worker *worker)
{
    uint64_t most = worker->release->app.limits.requests;
    return worker->wrong || worker->tenant->leaving ||
           worker->release != worker->tenant->now ||
           (most > 0 && worker->served >= most);
}

static void
finish_load(struct worker *worker, bool ok)
{
    worker->state = WORKER_IDLE;
    if (ok)
        tenant_loaded(worker->tenant, worker);
    else
        tenant_not_loaded(worker->tenant, worker);
}

void
worker_finish(struct worker *worker)
{
    struct tenant *tenant = worker->tenant;
    struct immure_result result = {.verdict = IMMURE_INTERNAL};
    struct immure_err err;
    bool loading = worker->state == WORKER_LOADING;
    TAILQ_REMOVE(&tenant->hosting->done, worker, done_entry);
    worker->is_done = false;
    forget_told(worker);
    if (immure_wait(worker->session, &result, &err) != 0)
        tenant_log(tenant, NULL, "a worker is gone: %s", err.msg);
    else if (result.json[0] != '\0')
        log_result(worker, &result);
    bool ok = result.verdict == IMMURE_OK;
    unsigned status = status_for(&result);
    immure_result_clear(&result);
    worker->served++;
    let_go(worker, status);
    if (loading) {
        finish_load(worker, ok);
        return;
    }
    worker->state = WORKER_IDLE;
    if (!ok || is_worn(worker))
        worker_free(worker);
    tenant_settle(tenant);
}
