#include "host/service/loading.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/service/hosting.h"

enum { SETTLE_MS = 200, SAID_MAX = 64 << 10 };

/* A tool that runs. */
struct loading {
    struct hosting *hosting;
    struct hosting_tool tool;
    struct event *event;
    struct buf out;
};

static void
loading_free(struct loading *loading)
{
    if (loading->event != NULL)
        event_free(loading->event);
    cleanup_fd(&loading->tool.out);
    cleanup_fd(&loading->tool.err);
    buf_clear(&loading->out);
    free(loading);
}

/* --- what it says --- */

static struct tenant *
find(struct hosting *hosting, const char *file)
{
    struct tenant *tenant;
    TAILQ_FOREACH(tenant, &hosting->tenants, entry)
    if (strcmp(tenant->now->app.file, file) == 0)
        return tenant;
    return NULL;
}

static int
take_one(struct hosting *hosting, json_t *item, struct err *err)
{
    struct app app;
    if (app_read(item, &app, err) != 0)
        return -1;
    struct tenant *tenant = find(hosting, app.file);
    int done = tenant != NULL ? tenant_change(tenant, &app, err)
               : tenant_new(hosting, &app, err) != NULL ? 0
                                                        : -1;
    if (done != 0)
        app_clear(&app);
    return done;
}

/* hosting->watches: what folder a watch is of. */
static void
watch(struct hosting *hosting, const char *path)
{
    const uint32_t events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                            IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
    char key[16], real[PATH_MAX];
    int wd = inotify_add_watch(hosting->inotify, path, events);
    if (wd >= 0 && realpath(path, real) != NULL) {
        snprintf(key, sizeof key, "%d", wd);
        (void)json_object_set_new(hosting->watches, key, json_string(real));
    }
    if (wd < 0 && errno == ENOSPC)
        logs_error(&hosting->logs, NULL, NULL,
                   "%s is not watched for changes: there are as many watches "
                   "as fs.inotify.max_user_watches allows",
                   path);
}

static void
watch_parent(struct hosting *hosting, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len == 0 || len >= sizeof folder)
        return;
    memcpy(folder, path, len);
    folder[len] = '\0';
    watch(hosting, folder);
}

/* A watch that is there already costs nothing. */
static void
watch_app(struct hosting *hosting, const json_t *item)
{
    size_t i;
    const json_t *each;
    watch_parent(hosting, json_string_value(json_object_get(item, "file")));
    json_array_foreach(json_object_get(item, "policy_files"), i, each)
        watch_parent(hosting, json_string_value(each));
    json_array_foreach(json_object_get(item, "kept_back"), i, each)
        (void)json_object_set_new(hosting->kept_back, json_string_value(each),
                                  json_true());
    json_array_foreach(json_object_get(item, "files"), i, each) {
        const char *equals = strchr(json_string_value(each), '=');
        if (equals[-1] == '/')
            watch(hosting, equals + 1);
        else
            watch_parent(hosting, equals + 1);
    }
}

static void
take_apps(struct hosting *hosting, const json_t *apps)
{
    struct err err;
    size_t i;
    json_t *item;
    json_object_clear(hosting->kept_back);
    json_array_foreach(apps, i, item) {
        if (take_one(hosting, item, &err) != 0)
            logs_error(&hosting->logs,
                       json_string_value(json_object_get(item, "name")), NULL,
                       "not loaded: %s", err.msg);
        if (hosting->inotify >= 0)
            watch_app(hosting, item);
    }
}

/* Its last line says what is wrong. */
static void
take_error(struct hosting *hosting, int fd)
{
    OWNED_STR said = NULL;
    size_t len = 0;
    if (lseek(fd, 0, SEEK_SET) != 0 ||
        fd_read_all(fd, SAID_MAX, &said, &len, NULL) != 0)
        return;
    while (len > 0 && said[len - 1] == '\n')
        said[--len] = '\0';
    const char *line = strrchr(said, '\n');
    logs_error(&hosting->logs, NULL, NULL, "%s", line ? line + 1 : said);
}

static void
finish(struct loading *loading)
{
    struct hosting *hosting = loading->hosting;
    int status = -1;
    while (waitpid(loading->tool.pid, &status, 0) < 0 && errno == EINTR)
        ;
    json_t *apps = status == 0 ? json_loadb((const char *)loading->out.data,
                                            loading->out.len, 0, NULL)
                               : NULL;
    if (json_is_array(apps))
        take_apps(hosting, apps);
    else
        take_error(hosting, loading->tool.err);
    json_decref(apps);
    loading_free(loading);
    hosting->loading = NULL;
    if (!hosting->begun && TAILQ_EMPTY(&hosting->tenants))
        event_base_loopbreak(hosting->base); /* a start that came to nothing */
    hosting->begun = true;
    if (hosting->load_again)
        loading_start(hosting);
}

static void
on_output(evutil_socket_t fd, short what, void *arg)
{
    struct loading *loading = arg;
    char chunk[16 << 10];
    (void)what;
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0 && buf_add(&loading->out, chunk, (size_t)n, NULL) == 0)
        return;
    finish(loading);
}

void
loading_start(struct hosting *hosting)
{
    struct err err;
    hosting->load_again = hosting->loading != NULL;
    if (hosting->load_again || hosting->stopping)
        return;
    struct loading *loading = calloc(1, sizeof *loading);
    if (loading == NULL)
        return;
    loading->hosting = hosting;
    loading->tool = (struct hosting_tool){0, -1, -1};
    if (hosting->settings->start_tool(hosting->settings->paths, &loading->tool,
                                      &err) == 0) {
        loading->event = event_new(hosting->base, loading->tool.out,
                                   EV_READ | EV_PERSIST, on_output, loading);
        hosting->loading = loading;
        if (loading->event == NULL || event_add(loading->event, NULL) != 0)
            finish(loading);
        return;
    }
    logs_error(&hosting->logs, NULL, NULL, "%s", err.msg);
    loading_free(loading);
    if (!hosting->begun)
        event_base_loopbreak(hosting->base);
}

void
loading_stop(struct hosting *hosting)
{
    struct loading *loading = hosting->loading;
    if (loading == NULL)
        return;
    cleanup_fd(&loading->tool.out);
    loading->tool.out = -1;
    while (waitpid(loading->tool.pid, NULL, 0) < 0 && errno == EINTR)
        ;
    loading_free(loading);
    hosting->loading = NULL;
}

/* --- changes --- */

static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    loading_start(arg);
}

/* A database that a gateway writes to is none of the application's files,
 * wherever it lies: each of its writes would start the tool. */
static bool
is_kept_back(const struct hosting *hosting, const struct inotify_event *event)
{
    char key[16], path[PATH_MAX];
    snprintf(key, sizeof key, "%d", event->wd);
    const char *folder =
        json_string_value(json_object_get(hosting->watches, key));
    if (event->len == 0 || folder == NULL)
        return false;
    int n = snprintf(path, sizeof path, "%s/%s", folder, event->name);
    return n > 0 && (size_t)n < sizeof path &&
           json_object_get(hosting->kept_back, path) != NULL;
}

/* An editor writes a file in several steps: the last one counts. */
static void
on_change(evutil_socket_t fd, short what, void *arg)
{
    struct hosting *hosting = arg;
    const struct timeval t = {0, SETTLE_MS * 1000};
    char events[4096]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    bool changed = false;
    ssize_t n;
    (void)what;
    while ((n = read(fd, events, sizeof events)) > 0)
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const void *)(events + at);
            changed = changed || !is_kept_back(hosting, event);
            at += (ssize_t)(sizeof *event + event->len);
        }
    if (changed)
        (void)evtimer_add(hosting->settle, &t);
}

int
loading_watch(struct hosting *hosting, struct err *err)
{
    hosting->watches = json_object();
    hosting->kept_back = json_object();
    hosting->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (hosting->inotify < 0)
        return err_set(err, ERR_SYSTEM, errno, "watch files for changes");
    hosting->settle = evtimer_new(hosting->base, on_settle, hosting);
    hosting->watched = event_new(hosting->base, hosting->inotify,
                                 EV_READ | EV_PERSIST, on_change, hosting);
    if (hosting->settle == NULL || hosting->watched == NULL ||
        event_add(hosting->watched, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch files for changes");
    return 0;
}
