/* `immure app`: applications, the addresses they answer on, and the loop.
 * One thread: whatever calls back is inside hosting_run(). */
#ifndef IMMURE_HOSTING_H
#define IMMURE_HOSTING_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/err.h"
#include "host/lib/immure.h"
#include "host/service/http.h"
#include "host/service/logs.h"
#include "host/service/tenant.h"

enum { LISTEN_MAX = 16, APPS_MAX = 200 };

/* A tool that reads the applications: its stdout is their JSON.  Started
 * without waiting; both descriptors become the caller's. */
struct hosting_tool {
    pid_t pid;
    int out, err; /* err: a memory file */
};

struct hosting_settings {
    const char *const *paths; /* folders or app.toml, NULL-ended */
    struct http_settings listen[LISTEN_MAX];
    size_t nlisten;
    const char *access_log, *error_log; /* as of struct log */
    bool watch;                         /* reload when a file changes */
    bool quiet;
    /* From the command line's part of this program. */
    int (*start_tool)(const char *const *paths, struct hosting_tool *out,
                      struct err *err);
};

/* What applications of one effective policy share: a zygote. */
struct sharing {
    char *policy; /* malloc'd JSON; NULL: no one's, or one tenant's alone */
    unsigned id;  /* of libimmure */
    unsigned users;
};

struct hosting {
    const struct hosting_settings *settings;
    struct event_base *base;
    struct immure *im;
    struct event *im_event, *tick, *late, *signals[4], *watched, *settle;
    struct logs logs;
    struct http https[LISTEN_MAX];
    size_t nhttps;
    TAILQ_HEAD(tenants, tenant) tenants;
    struct sharing shared[256];
    TAILQ_HEAD(workers, worker) done; /* whose step is over */
    TAILQ_HEAD(, worker) told;        /* that have sent a response and go on */
    struct loading *loading;          /* while the tool runs, or NULL */
    bool load_again, begun, stopping, lost;
    uint64_t stop_ms;
    int inotify;                 /* -1: none */
    json_t *watches, *kept_back; /* {number: folder}; {path: true} */
};

/* Run until SIGTERM or SIGINT; *out_status is the exit status. */
int hosting_run(const struct hosting_settings *settings, int *out_status,
                struct err *err);

/* The application that answers for a request's host and path, with
 * SCRIPT_NAME and PATH_INFO set; or NULL. */
struct tenant *hosting_route(struct hosting *hosting, struct exchange *x);

/* Open a policy for an application, or use what another has open. */
int hosting_share(struct hosting *hosting, const struct app *app,
                  unsigned *out_policy, struct err *err);
void hosting_unshare(struct hosting *hosting, unsigned policy);

#endif
