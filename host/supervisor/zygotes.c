#include "host/supervisor/zygotes.h"

#include <errno.h>
#include <stdlib.h>

#include "host/fd.h"

void
zygotes_init(struct zygotes *z, struct event_base *base,
             const struct zygotes_settings *settings,
             const struct zygotes_events *events,
             const struct policy_parts *policy)
{
    *z = (struct zygotes){.base = base,
                          .settings = *settings,
                          .events = *events,
                          .policy = policy};
    TAILQ_INIT(&z->all);
}

static void
unwatch(struct zygote *zygote)
{
    if (zygote->event != NULL)
        event_free(zygote->event);
    zygote->event = NULL;
}

static void
end_one(struct zygote *zygote)
{
    unwatch(zygote);
    zygote->ended = true;
    zygote_link_end(&zygote->link);
    if (zygote->set->now == zygote)
        zygote->set->now = NULL;
    if (zygote->set->next == zygote)
        zygote->set->next = NULL;
}

static void
lose(struct zygote *zygote, const struct err *err)
{
    struct zygotes *z = zygote->set;
    bool ready = zygote->link.ready;
    end_one(zygote);
    z->events.gone(z->events.arg, zygote, ready, err);
}

static void
take_over(struct zygote *zygote)
{
    struct zygotes *z = zygote->set;
    zygote->since_ns = run_now_ns();
    if (z->next == zygote)
        z->next = NULL;
    z->now = zygote;
    z->events.ready(z->events.arg, zygote);
}

static void
on_control(evutil_socket_t fd, short what, void *arg)
{
    struct zygote *zygote = arg;
    struct zygotes *z = zygote->set;
    struct control_reply reply;
    struct err err;
    (void)fd;
    (void)what;
    if (zygote_link_read(&zygote->link, &reply, &err) != 0) {
        if (z->settings.host)
            unwatch(zygote); /* it closes its end when it has read all */
        else
            lose(zygote, &err);
        return;
    }
    reply.err.msg[sizeof reply.err.msg - 1] = '\0';
    switch ((enum control_kind)reply.kind) {
    case CONTROL_READY:
        take_over(zygote);
        return;
    case CONTROL_FAILED:
        lose(zygote, &reply.err);
        return;
    case CONTROL_SPAWN_FAILED:
        z->events.spawn_failed(z->events.arg, zygote, reply.id, &reply.err);
        return;
    }
}

/* It waits for this.  One that is dead already shows as its end. */
static int
send_begin(const struct zygote *zygote, struct err *err)
{
    const struct control_begin *begin = &zygote->set->settings.begin;
    struct err cause;
    if (fd_send(zygote->link.control, begin, sizeof *begin, NULL, 0, &cause) ==
            0 ||
        cause.sys_errno == EPIPE)
        return 0;
    return err_set(err, ERR_SYSTEM, cause.sys_errno, "begin a zygote");
}

static int
start_one(struct zygotes *z, struct err *err)
{
    struct zygote *zygote = calloc(1, sizeof *zygote);
    if (zygote == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    zygote->set = z;
    zygote->link.control = -1;
    if (zygote_link_start(&zygote->link, z->settings.argv,
                          z->settings.environment, z->policy, err) != 0) {
        free(zygote);
        return -1;
    }
    zygote->group = zygote->link.launcher;
    TAILQ_INSERT_TAIL(&z->all, zygote, entry);
    z->next = zygote;
    z->started++;
    zygote->event = event_new(z->base, zygote->link.control,
                              EV_READ | EV_PERSIST, on_control, zygote);
    if (zygote->event == NULL || event_add(zygote->event, NULL) != 0) {
        end_one(zygote);
        return err_set(err, ERR_MEMORY, 0, "watch the zygote");
    }
    if (!z->settings.host && send_begin(zygote, err) != 0) {
        end_one(zygote);
        return -1;
    }
    return 0;
}

int
zygotes_want(struct zygotes *z, struct err *err)
{
    if (z->now != NULL || z->next != NULL)
        return 0;
    return start_one(z, err);
}

static bool
is_old(const struct zygotes *z, const struct zygote *zygote, uint64_t now_ns)
{
    const struct zygotes_settings *s = &z->settings;
    uint64_t age_ms = (now_ns - zygote->since_ns) / 1000000;
    return (s->guests_max != 0 && zygote->born >= s->guests_max) ||
           (s->age_max_ms != 0 && zygote->born > 0 && age_ms >= s->age_max_ms);
}

void
zygotes_turn(struct zygotes *z, uint64_t now_ns)
{
    struct zygote *zygote, *after;
    if (z->now != NULL && z->next == NULL && is_old(z, z->now, now_ns))
        (void)start_one(z, NULL); /* the old one serves on; tried again */
    for (zygote = TAILQ_FIRST(&z->all); zygote != NULL; zygote = after) {
        after = TAILQ_NEXT(zygote, entry);
        bool retired = zygote != z->now && zygote != z->next;
        if (retired && !zygote->ended && zygote->guests == 0)
            end_one(zygote);
    }
}

bool
zygotes_reaped(struct zygotes *z, pid_t pid)
{
    struct zygote *zygote;
    TAILQ_FOREACH(zygote, &z->all, entry)
    {
        pid_t *const pids[] = {&zygote->link.launcher, &zygote->link.pid};
        for (int i = 0; i < 2; i++)
            if (*pids[i] == pid) {
                *pids[i] = 0;
                return true;
            }
    }
    return false;
}

void
zygotes_end(struct zygotes *z)
{
    struct zygote *zygote;
    TAILQ_FOREACH(zygote, &z->all, entry)
    if (!zygote->ended)
        end_one(zygote);
}

static bool
is_gone(const struct zygote *zygote)
{
    return zygote->ended && zygote->guests == 0 && zygote->link.pid == 0 &&
           zygote->link.launcher == 0;
}

bool
zygotes_are_gone(const struct zygotes *z)
{
    struct zygote *zygote;
    TAILQ_FOREACH(zygote, &z->all, entry)
    if (!is_gone(zygote))
        return false;
    return true;
}

void
zygotes_tidy(struct zygotes *z)
{
    struct zygote *zygote, *after;
    for (zygote = TAILQ_FIRST(&z->all); zygote != NULL; zygote = after) {
        after = TAILQ_NEXT(zygote, entry);
        if (!is_gone(zygote))
            continue;
        TAILQ_REMOVE(&z->all, zygote, entry);
        free(zygote);
    }
}

void
zygotes_clear(struct zygotes *z)
{
    struct zygote *zygote;
    zygotes_end(z);
    while ((zygote = TAILQ_FIRST(&z->all)) != NULL) {
        TAILQ_REMOVE(&z->all, zygote, entry);
        free(zygote);
    }
}
