#include "host/supervisor/guests.h"

#include <stdlib.h>

void
guests_init(struct guests *guests, struct event_base *base, unsigned max)
{
    *guests = (struct guests){.base = base, .max = max};
    TAILQ_INIT(&guests->pools);
}

static struct guest **
bucket(struct guests *guests, pid_t pid)
{
    return &guests->by_pid[(unsigned)pid % GUESTS_BUCKETS];
}

void
guests_add(struct guests *guests, struct guest *guest)
{
    struct guest **head = bucket(guests, guest->run.pid);
    guest->next_by_pid = *head;
    *head = guest;
}

struct guest *
guests_find(struct guests *guests, pid_t pid)
{
    struct guest *g = *bucket(guests, pid);
    while (g != NULL && g->run.pid != pid)
        g = g->next_by_pid;
    return g;
}

void
guests_drop(struct guests *guests, struct guest *guest)
{
    struct guest **at = bucket(guests, guest->run.pid);
    while (*at != NULL && *at != guest)
        at = &(*at)->next_by_pid;
    if (*at != NULL)
        *at = guest->next_by_pid;
    guest->next_trash = guests->trash;
    guests->trash = guest;
    guests->alive--;
}

void
guests_tidy(struct guests *guests)
{
    while (guests->trash != NULL) {
        struct guest *g = guests->trash;
        guests->trash = g->next_trash;
        if (g->lost_timer != NULL)
            event_free(g->lost_timer);
        run_clear(&g->run);
        free(g);
    }
}

/* The main loop looks at all pools after each turn. */
static void
on_later(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

/* Without a timer it is the next event of any kind that is waited for. */
void
guests_look_later(struct guests *guests)
{
    const struct timeval t = {0, GUESTS_LATER_US};
    if (guests->later == NULL)
        guests->later = evtimer_new(guests->base, on_later, NULL);
    if (guests->later != NULL && !evtimer_pending(guests->later, NULL))
        (void)evtimer_add(guests->later, &t);
}

void
guests_clear(struct guests *guests)
{
    guests_tidy(guests);
    if (guests->later != NULL)
        event_free(guests->later);
    guests->later = NULL;
}
