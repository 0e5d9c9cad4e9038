#include "host/gateway/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/gateway/broker.h"

/* sqlite's parser calls itself as deep as a statement is nested. */
enum { STACK_BYTES = 8 << 20 };

/* Calls are numbered; 0 is none. */
struct worker {
    struct client *client; /* the loop's; not the thread's to touch */
    const struct worker_ops *ops;
    void *state;
    atomic_uint *count; /* the broker's, of its workers */
    struct event *done_event;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t asked;
    uint64_t last, wanted; /* number given last; whose answer is waited for */
    uint64_t next;         /* to be run; 0: none */
    uint64_t deadline_ns;  /* of that */
    struct buf next_data;
    uint64_t running;
    uint64_t done; /* whose answer is: */
    enum answer_status status;
    struct buf out;
    bool leaving;
    atomic_bool stop;
    int stop_fd, done_fd; /* eventfds, owned */
};

static void
free_worker(struct worker *w)
{
    if (w->stop_fd >= 0)
        close(w->stop_fd);
    if (w->done_fd >= 0)
        close(w->done_fd);
    pthread_cond_destroy(&w->asked);
    pthread_mutex_destroy(&w->lock);
    buf_clear(&w->next_data);
    buf_clear(&w->out);
    atomic_fetch_sub(w->count, 1);
    free(w);
}

static void
ring(int fd)
{
    const uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void
silence(int fd)
{
    uint64_t n;
    while (read(fd, &n, sizeof n) < 0 && errno == EINTR)
        ;
}

/* Wait for a call; false: the client has left. */
static bool
take(struct worker *w, struct buf *data, struct worker_ask *ask)
{
    pthread_mutex_lock(&w->lock);
    while (w->next == 0 && !w->leaving)
        pthread_cond_wait(&w->asked, &w->lock);
    bool more = !w->leaving;
    w->running = w->next;
    w->next = 0;
    *data = w->next_data;
    w->next_data = (struct buf){0};
    atomic_store(&w->stop, false);
    silence(w->stop_fd);
    *ask = (struct worker_ask){
        {data->data, data->len}, w->deadline_ns, &w->stop, w->stop_fd};
    pthread_mutex_unlock(&w->lock);
    return more;
}

static void
put(struct worker *w, enum answer_status status, struct buf *out)
{
    pthread_mutex_lock(&w->lock);
    if (w->running == w->wanted && !w->leaving) {
        buf_clear(&w->out);
        w->out = *out;
        *out = (struct buf){0};
        w->status = status;
        w->done = w->running;
        ring(w->done_fd);
    }
    w->running = 0;
    pthread_mutex_unlock(&w->lock);
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct buf data = {0};
    struct worker_ask ask;
    while (take(w, &data, &ask)) {
        struct buf out = {0};
        put(w, w->ops->run(w->state, &ask, &out), &out);
        buf_clear(&out);
        buf_clear(&data);
        if (w->ops->after != NULL)
            w->ops->after(w->state);
    }
    buf_clear(&data);
    w->ops->end(w->state);
    free_worker(w);
    return NULL;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    struct buf out = {0};
    (void)what;
    silence(fd);
    pthread_mutex_lock(&w->lock);
    bool answered = w->done != 0 && w->done == w->wanted;
    if (answered) {
        out = w->out;
        w->out = (struct buf){0};
        w->wanted = 0;
    }
    w->done = 0;
    enum answer_status status = w->status;
    pthread_mutex_unlock(&w->lock);
    if (answered)
        client_answer(w->client, status, out.data, out.len);
    buf_clear(&out);
}

/* No signal is a library's thread's business. */
static int
start(struct worker *w, struct err *err)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_attr_init(&attr) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, &attr, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return failed ? err_set(err, ERR_SYSTEM, failed, "start a thread") : 0;
}

static int
set_up(struct worker *w, struct event_base *base, struct err *err)
{
    w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->stop_fd < 0 || w->done_fd < 0)
        return err_set(err, ERR_SYSTEM, errno, "make an eventfd");
    w->done_event =
        event_new(base, w->done_fd, EV_READ | EV_PERSIST, on_done, w);
    if (w->done_event == NULL || event_add(w->done_event, NULL) != 0)
        return err_set(err, ERR_MEMORY, 0, "watch a thread");
    return start(w, err);
}

int
worker_new(struct client *client, const struct worker_ops *ops, void *state,
           struct worker **out, struct err *err)
{
    atomic_uint *count = &client->inner->broker->workers;
    if (atomic_load(count) >= WORKERS_MAX)
        return err_set(err, ERR_BUSY, 0,
                       "too many programs use gateways at once, or servers "
                       "do not answer");
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *w = (struct worker){.client = client,
                         .ops = ops,
                         .state = state,
                         .count = count,
                         .lock = PTHREAD_MUTEX_INITIALIZER,
                         .asked = PTHREAD_COND_INITIALIZER,
                         .stop_fd = -1,
                         .done_fd = -1};
    atomic_fetch_add(count, 1);
    if (set_up(w, client->gateway->base, err) != 0) {
        if (w->done_event != NULL)
            event_free(w->done_event);
        free_worker(w);
        return -1;
    }
    *out = w;
    return 0;
}

void
worker_call(struct worker *w, struct span data)
{
    struct err err;
    struct buf copy = {0};
    if (buf_add(&copy, data.data, data.len, &err) != 0) {
        client_fail(w->client, "%s", err.msg);
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->next = w->wanted = ++w->last;
    w->deadline_ns = w->client->deadline_ns;
    buf_clear(&w->next_data);
    w->next_data = copy;
    pthread_cond_signal(&w->asked);
    pthread_mutex_unlock(&w->lock);
}

/* With the lock held the thread can't go on to another call meanwhile. */
static void
tell_to_stop(struct worker *w)
{
    atomic_store(&w->stop, true);
    ring(w->stop_fd);
    if (w->running != 0 && w->ops->interrupt != NULL)
        w->ops->interrupt(w->state);
}

void
worker_cancel(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->wanted = w->next = w->done = 0;
    tell_to_stop(w);
    pthread_mutex_unlock(&w->lock);
}

/* The thread frees it all. */
void
worker_leave(struct worker *w)
{
    event_free(w->done_event);
    pthread_mutex_lock(&w->lock);
    w->leaving = true;
    w->wanted = 0;
    tell_to_stop(w);
    pthread_cond_signal(&w->asked);
    pthread_mutex_unlock(&w->lock);
}
