#include "host/gateway/curl_loop.h"

enum {
    CONNECTIONS_KEPT = 4,
    CONNECTIONS_OPEN = 8,
};

/* What has ended is told of only here, when the library is not in the middle
 * of it. */
static void
tell_done(struct curl_loop *loop)
{
    int left;
    for (;;) {
        CURLMsg *msg = curl_multi_info_read(loop->multi, &left);
        if (msg == NULL)
            return;
        if (msg->msg != CURLMSG_DONE)
            continue;
        CURL *easy = msg->easy_handle;
        CURLcode code = msg->data.result; /* msg goes with the handle */
        curl_multi_remove_handle(loop->multi, easy);
        loop->done(easy, code);
    }
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct curl_loop *loop = arg;
    int running, action = 0;
    if (what & EV_READ)
        action |= CURL_CSELECT_IN;
    if (what & EV_WRITE)
        action |= CURL_CSELECT_OUT;
    curl_multi_socket_action(loop->multi, fd, action, &running);
    tell_done(loop);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct curl_loop *loop = arg;
    int running;
    (void)fd;
    (void)what;
    curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    tell_done(loop);
}

static int
set_timer(CURLM *multi, long ms, void *arg)
{
    struct curl_loop *loop = arg;
    const struct timeval in = {ms / 1000, ms % 1000 * 1000};
    (void)multi;
    if (ms < 0)
        event_del(loop->timer);
    else
        event_add(loop->timer, &in);
    return 0;
}

static int
watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *per_socket)
{
    struct curl_loop *loop = arg;
    struct event *event = per_socket;
    (void)easy;
    if (event != NULL)
        event_free(event);
    event = NULL;
    if (what != CURL_POLL_REMOVE) {
        short wanted = EV_PERSIST;
        wanted |= what & CURL_POLL_IN ? EV_READ : 0;
        wanted |= what & CURL_POLL_OUT ? EV_WRITE : 0;
        event = event_new(loop->base, fd, wanted, on_socket, loop);
        if (event == NULL || event_add(event, NULL) != 0)
            return -1; /* the library fails the transfer */
    }
    curl_multi_assign(loop->multi, fd, event);
    return 0;
}

int
curl_loop_init(struct curl_loop *loop, struct event_base *base,
               void (*done)(CURL *easy, CURLcode code), struct err *err)
{
    *loop = (struct curl_loop){.base = base, .done = done};
    loop->multi = curl_multi_init();
    loop->timer = evtimer_new(base, on_timer, loop);
    if (loop->multi == NULL || loop->timer == NULL) {
        curl_loop_clear(loop);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS,
                      (long)CONNECTIONS_KEPT);
    curl_multi_setopt(loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)CONNECTIONS_OPEN);
    return 0;
}

void
curl_loop_clear(struct curl_loop *loop)
{
    if (loop->multi != NULL)
        curl_multi_cleanup(loop->multi);
    if (loop->timer != NULL)
        event_free(loop->timer);
    *loop = (struct curl_loop){0};
}

int
curl_loop_add(struct curl_loop *loop, CURL *easy)
{
    return curl_multi_add_handle(loop->multi, easy) == CURLM_OK ? 0 : -1;
}

void
curl_loop_remove(struct curl_loop *loop, CURL *easy)
{
    curl_multi_remove_handle(loop->multi, easy);
}
