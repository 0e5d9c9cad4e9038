#include "host/service/hosting.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/service/loading.h"
#include "host/service/worker.h"

enum { STOP_MS = 30000, GUESTS = 10000, STATUS_FAILED = 125 };

/* --- policies --- */

static struct sharing *
find_shared(struct hosting *hosting, const struct app *app)
{
    struct sharing *free_one = NULL;
    for (size_t i = 0; i < sizeof hosting->shared / sizeof *hosting->shared;
         i++) {
        struct sharing *s = &hosting->shared[i];
        if (s->users == 0)
            free_one = free_one ? free_one : s;
        else if (!app->own_zygote && s->policy != NULL &&
                 strcmp(s->policy, app->policy) == 0)
            return s;
    }
    return free_one;
}

int
hosting_share(struct hosting *hosting, const struct app *app,
              unsigned *out_policy, struct err *err)
{
    struct sharing *s = find_shared(hosting, app);
    struct immure_err e;
    if (s == NULL)
        return err_set(err, ERR_USAGE, 0, "too many policies");
    if (s->users == 0) {
        if (immure_policy_open(hosting->im, app->policy, &s->id, &e) != 0)
            return err_set(err, (enum err_code)e.code, 0, "%s", e.msg);
        free(s->policy);
        s->policy = app->own_zygote ? NULL : strdup(app->policy);
    }
    s->users++;
    *out_policy = s->id;
    return 0;
}

void
hosting_unshare(struct hosting *hosting, unsigned policy)
{
    for (size_t i = 0; i < sizeof hosting->shared / sizeof *hosting->shared;
         i++) {
        struct sharing *s = &hosting->shared[i];
        if (s->users == 0 || s->id != policy || --s->users > 0)
            continue;
        (void)immure_policy_close(hosting->im, policy, NULL);
        return;
    }
}

static void
forget_policies(struct hosting *hosting)
{
    for (size_t i = 0; i < sizeof hosting->shared / sizeof *hosting->shared;
         i++) {
        free(hosting->shared[i].policy);
        hosting->shared[i] = (struct sharing){0};
    }
}

/* --- routing --- */

/* 0: not for it; else the longer, the better. */
static size_t
match_host(const json_t *hosts, const char *host, size_t len)
{
    size_t i, best = 0;
    const json_t *item;
    if (json_array_size(hosts) == 0)
        return 1;
    json_array_foreach(hosts, i, item) {
        const char *name = json_string_value(item);
        size_t n = strlen(name);
        bool any = n > 2 && name[0] == '*';
        if (any ? len > n - 1 &&
                      strncasecmp(host + len - (n - 1), name + 1, n - 1) == 0
                : len == n && strncasecmp(host, name, n) == 0)
            best = best > 2 * n + !any ? best : 2 * n + !any;
    }
    return best;
}

/* The prefix of path that is the application's, and in *out its length. */
static bool
match_path(const json_t *paths, const char *path, size_t *out)
{
    size_t i;
    const json_t *item;
    bool found = json_array_size(paths) == 0;
    *out = 0;
    json_array_foreach(paths, i, item) {
        const char *prefix = json_string_value(item);
        size_t n = strcmp(prefix, "/") == 0 ? 0 : strlen(prefix);
        if (strncmp(path, prefix, n) != 0 ||
            (path[n] != '/' && path[n] != '\0') || (found && n <= *out))
            continue;
        found = true;
        *out = n;
    }
    return found;
}

static bool
set_script(struct exchange *x, size_t len)
{
    x->script = strndup(x->info, len);
    if (x->script == NULL)
        return false;
    memmove(x->info, x->info + len, strlen(x->info + len) + 1);
    return true;
}

struct tenant *
hosting_route(struct hosting *hosting, struct exchange *x)
{
    struct tenant *tenant, *found = NULL;
    size_t best_host = 0, best_path = 0, len = x->host ? x->host_len : 0;
    const char *host = x->host ? x->host : "";
    const char *colon = len > 0 ? memrchr(host, ':', len) : NULL;
    if (colon != NULL &&
        memchr(colon, ']', len - (size_t)(colon - host)) == NULL)
        len = (size_t)(colon - host);
    TAILQ_FOREACH(tenant, &hosting->tenants, entry)
    {
        size_t path;
        const struct app *app = &tenant->now->app;
        size_t by_host = match_host(app->hosts, host, len);
        if (by_host == 0 || !match_path(app->paths, x->info, &path) ||
            by_host < best_host ||
            (by_host == best_host && found != NULL && path <= best_path))
            continue;
        found = tenant;
        best_host = by_host;
        best_path = path;
    }
    return found != NULL && set_script(x, best_path) ? found : NULL;
}

/* --- the loop --- */

/* What the turn has left to do; whether there is more, and the loop is not to
 * wait.  A client that sends request after request always leaves more: workers
 * and signals have their turn between two of its. */
static bool
settle(struct hosting *hosting)
{
    struct worker *worker;
    bool more = false;
    while ((worker = TAILQ_FIRST(&hosting->done)) != NULL)
        worker_finish(worker);
    for (size_t i = 0; i < hosting->nhttps; i++)
        if (hosting->https[i].wants_turn)
            http_turn(&hosting->https[i]);
    for (size_t i = 0; i < hosting->nhttps; i++)
        more = more || hosting->https[i].wants_turn;
    return more || !TAILQ_EMPTY(&hosting->done);
}

static int open_context(struct hosting *hosting, struct err *err);

/* The supervisor has ended, and all guests with it: another takes its place.
 * Requests that were under way are told, those that wait are served. */
static void
begin_anew(struct hosting *hosting, const char *why)
{
    struct tenant *tenant;
    struct worker *worker;
    struct err err;
    logs_error(&hosting->logs, NULL, NULL,
               "the supervisor has ended (%s): "
               "starting another",
               why);
    hosting->lost = true;
    while ((worker = TAILQ_FIRST(&hosting->done)) != NULL)
        worker_finish(worker);
    TAILQ_FOREACH(tenant, &hosting->tenants, entry)
    while ((worker = TAILQ_FIRST(&tenant->workers)) != NULL)
        worker_free(worker);
    event_free(hosting->im_event);
    hosting->im_event = NULL;
    immure_close(hosting->im);
    forget_policies(hosting);
    if (open_context(hosting, &err) != 0) {
        logs_error(&hosting->logs, NULL, NULL, "%s", err.msg);
        event_base_loopbreak(hosting->base);
        return;
    }
    hosting->lost = false;
    TAILQ_FOREACH(tenant, &hosting->tenants, entry)
    if (tenant_restart(tenant, &err) != 0)
        tenant_log(tenant, NULL, "%s", err.msg);
}

static void
on_immure(evutil_socket_t fd, short what, void *arg)
{
    struct hosting *hosting = arg;
    struct immure_err err;
    (void)fd;
    (void)what;
    if (immure_dispatch(hosting->im, 0, &err) != 0)
        begin_anew(hosting, err.msg);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
    struct hosting *hosting = arg;
    struct worker *worker;
    (void)fd;
    (void)what;
    while ((worker = TAILQ_FIRST(&hosting->told)) != NULL)
        worker_release_told(worker);
}

static void
stop(struct hosting *hosting)
{
    if (hosting->stopping) { /* the second time: at once */
        event_base_loopbreak(hosting->base);
        return;
    }
    hosting->stopping = true;
    hosting->stop_ms = exchange_now_ms() + STOP_MS;
    for (size_t i = 0; i < hosting->nhttps; i++)
        http_quiesce(&hosting->https[i]);
}

static void
reload(struct hosting *hosting)
{
    struct err err;
    if (logs_reopen(&hosting->logs, &err) != 0)
        logs_error(&hosting->logs, NULL, NULL, "%s", err.msg);
    loading_start(hosting);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    fd == SIGHUP ? reload(arg) : stop(arg);
}

static bool
is_idle(const struct hosting *hosting)
{
    for (size_t i = 0; i < hosting->nhttps; i++)
        if (hosting->https[i].nexchanges > 0)
            return false;
    return true;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct hosting *hosting = arg;
    struct tenant *tenant;
    (void)fd;
    (void)what;
    for (size_t i = 0; i < hosting->nhttps; i++)
        http_tick(&hosting->https[i]);
    TAILQ_FOREACH(tenant, &hosting->tenants, entry)
    tenant_tick(tenant);
    if (hosting->stopping &&
        (is_idle(hosting) || exchange_now_ms() > hosting->stop_ms))
        event_base_loopbreak(hosting->base);
}

/* --- start and end --- */

static int
open_context(struct hosting *hosting, struct err *err)
{
    const struct immure_config config = {.guests = GUESTS};
    struct immure_err e;
    if (immure_open(&config, &hosting->im, &e) != 0) {
        hosting->im = NULL;
        return err_set(err, (enum err_code)e.code, 0, "%s", e.msg);
    }
    hosting->im_event = event_new(hosting->base, immure_fd(hosting->im),
                                  EV_READ | EV_PERSIST, on_immure, hosting);
    if (hosting->im_event == NULL || event_add(hosting->im_event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch the supervisor");
    return 0;
}

/* A connection and its files: as many as this process may have. */
static void
raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int
set_up_events(struct hosting *hosting, struct err *err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    const struct timeval second = {1, 0};
    hosting->tick = event_new(hosting->base, -1, EV_PERSIST, on_tick, hosting);
    hosting->late = evtimer_new(hosting->base, on_late, hosting);
    if (hosting->tick == NULL || hosting->late == NULL ||
        event_add(hosting->tick, &second) != 0)
        return err_set(err, ERR_MEMORY, 0, "set a timer");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        hosting->signals[i] =
            evsignal_new(hosting->base, numbers[i], on_signal, hosting);
        if (hosting->signals[i] == NULL ||
            event_add(hosting->signals[i], NULL) != 0)
            return err_set(err, ERR_MEMORY, 0, "take signal %d", numbers[i]);
    }
    return 0;
}

static int
open_https(struct hosting *hosting, struct err *err)
{
    const struct hosting_settings *settings = hosting->settings;
    for (size_t i = 0; i < settings->nlisten; i++) {
        hosting->nhttps = i + 1;
        if (http_open(&hosting->https[i], hosting, &settings->listen[i],
                      err) != 0)
            return -1;
        const struct http *http = &hosting->https[i];
        if (!settings->quiet)
            logs_error(&hosting->logs, NULL, NULL, "listening on %s%s%s",
                       http->unix_path ? http->unix_path : http->name,
                       http->unix_path ? "" : ":",
                       http->unix_path ? "" : http->port);
    }
    return 0;
}

static int
set_up(struct hosting *hosting, struct err *err)
{
    const struct hosting_settings *settings = hosting->settings;
    TAILQ_INIT(&hosting->tenants);
    TAILQ_INIT(&hosting->done);
    TAILQ_INIT(&hosting->told);
    hosting->inotify = -1;
    if (logs_open(&hosting->logs, settings->access_log, settings->error_log,
                  err) != 0)
        return -1;
    raise_files();
    hosting->base = event_base_new();
    if (hosting->base == NULL)
        return err_set(err, ERR_MEMORY, 0, "make an event loop");
    if (set_up_events(hosting, err) != 0 || open_context(hosting, err) != 0 ||
        (settings->watch && loading_watch(hosting, err) != 0))
        return -1;
    return open_https(hosting, err);
}

static void
clear_events(struct hosting *hosting)
{
    struct event *const events[] = {hosting->im_event,   hosting->tick,
                                    hosting->late,       hosting->watched,
                                    hosting->settle,     hosting->signals[0],
                                    hosting->signals[1], hosting->signals[2]};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i] != NULL)
            event_free(events[i]);
}

static void
tear_down(struct hosting *hosting)
{
    struct tenant *tenant;
    loading_stop(hosting);
    hosting->lost = true;
    while (!TAILQ_EMPTY(&hosting->tenants) &&
           (tenant = TAILQ_FIRST(&hosting->tenants)) != NULL)
        tenant_free(tenant);
    for (size_t i = 0; i < hosting->nhttps; i++)
        http_close(&hosting->https[i]);
    clear_events(hosting);
    if (hosting->im != NULL)
        immure_close(hosting->im);
    if (hosting->inotify >= 0)
        close(hosting->inotify);
    json_decref(hosting->watches);
    json_decref(hosting->kept_back);
    forget_policies(hosting);
    if (hosting->base != NULL)
        event_base_free(hosting->base);
    logs_clear(&hosting->logs);
}

int
hosting_run(const struct hosting_settings *settings, int *out_status,
            struct err *err)
{
    struct hosting *hosting = calloc(1, sizeof *hosting);
    if (hosting == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    hosting->settings = settings;
    int wait = 0, done = set_up(hosting, err);
    if (done == 0)
        loading_start(hosting);
    while (done == 0 && !event_base_got_break(hosting->base)) {
        if (event_base_loop(hosting->base, EVLOOP_ONCE | wait) != 0)
            break;
        if (!event_base_got_break(hosting->base))
            wait = settle(hosting) ? EVLOOP_NONBLOCK : 0;
        logs_flush(&hosting->logs);
        if (hosting->stopping && is_idle(hosting))
            break;
    }
    *out_status = hosting->stopping ? 0 : STATUS_FAILED;
    tear_down(hosting);
    free(hosting);
    return done;
}
