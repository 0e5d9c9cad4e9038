/* Kind "stub": one canned answer, for development and tests of guests. */
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/gateway/kinds.h"

struct stub {
    char *answer;      /* JSON text */
    const char *error; /* or NULL */
    uint64_t delay_ms;
};

static int
stub_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    struct stub *stub = calloc(1, sizeof *stub);
    const json_t *answer = json_object_get(keys, "answer");
    if (stub == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    stub->answer = answer ? json_dumps(answer, JSON_ENCODE_ANY | JSON_COMPACT)
                          : strdup("null");
    stub->error = key_text(keys, "error");
    stub->delay_ms = key_number(keys, "delay_ms", 0);
    if (stub->answer == NULL) {
        free(stub);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    gateway->state = stub;
    return 0;
}

static void
stub_close(struct gateway *gateway)
{
    struct stub *stub = gateway->state;
    free(stub->answer);
    free(stub);
}

static void
answer(struct client *client)
{
    const struct stub *stub = client->gateway->state;
    if (stub->error != NULL)
        client_answer(client, ANSWER_ERROR, stub->error, strlen(stub->error));
    else
        client_answer(client, ANSWER_VALUE, stub->answer,
                      strlen(stub->answer));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    answer(arg);
}

static int
stub_join(struct client *client, struct err *err)
{
    struct event *timer = evtimer_new(client->gateway->base, on_timer, client);
    client->state = timer;
    return timer ? 0 : err_set(err, ERR_MEMORY, 0, "set a timer");
}

static void
stub_call(struct client *client, struct span data)
{
    const struct stub *stub = client->gateway->state;
    const struct timeval t = {(time_t)(stub->delay_ms / 1000),
                              (suseconds_t)(stub->delay_ms % 1000 * 1000)};
    (void)data;
    if (stub->delay_ms == 0)
        answer(client);
    else if (evtimer_add(client->state, &t) != 0)
        client_fail(client, "out of memory");
}

static void
stub_cancel(struct client *client)
{
    (void)event_del(client->state);
}

static void
stub_leave(struct client *client)
{
    event_free(client->state);
}

const struct gateway_kind gateway_stub = {.name = "stub",
                                          .open = stub_open,
                                          .close = stub_close,
                                          .join = stub_join,
                                          .call = stub_call,
                                          .cancel = stub_cancel,
                                          .leave = stub_leave};
