#include "host/gateway/broker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_HEAD = 5, ANSWER_MOST = (16 << 20) - ANSWER_HEAD };

static const struct span nothing = {(const uint8_t *)"", 0};

static uint64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- answers ---- */

static void
send_answer(struct client_inner *c, enum answer_status status,
            const void *data, size_t len)
{
    uint8_t head[ANSWER_HEAD];
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(c->serial >> (8 * i));
    head[4] = (uint8_t)status;
    frame_link_send(&c->broker->link, FRAME_ANSWER, c->job,
                    (struct span){head, sizeof head},
                    (struct span){data, len});
}

void
client_answer(struct client *client, enum answer_status status,
              const void *data, size_t len)
{
    struct client_inner *c = client->inner;
    if (!client->asked)
        return;
    if (len > ANSWER_MOST) {
        client_fail(client, "the answer of %zu bytes is over 16 MB", len);
        return;
    }
    client->asked = false;
    (void)event_del(c->timer);
    send_answer(c, status, data, len);
}

void
client_fail(struct client *client, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    client_answer(client, ANSWER_ERROR, text, strlen(text));
}

/* Nothing of a call that is cancelled may be taken for the next one's. */
static void
cancel(struct client_inner *c)
{
    struct client *client = &c->client;
    if (!client->asked)
        return;
    client->asked = false;
    (void)event_del(c->timer);
    if (client->gateway->kind->cancel != NULL)
        client->gateway->kind->cancel(client);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
    struct client_inner *c = arg;
    char text[128];
    (void)fd;
    (void)what;
    if (!c->client.asked)
        return;
    cancel(c);
    snprintf(text, sizeof text, "%s: no answer within %u ms",
             c->client.gateway->name, c->ms);
    send_answer(c, ANSWER_ERROR, text, strlen(text));
}

/* --- clients ---- */

static struct gateway *
find_gateway(struct broker *broker, struct span name)
{
    for (size_t i = 0; i < broker->ngateways; i++) {
        struct gateway *g = &broker->gateways[i];
        if (strlen(g->name) == name.len &&
            memcmp(g->name, name.data, name.len) == 0)
            return g;
    }
    return NULL;
}

static void
free_client(struct client_inner *c)
{
    if (c->timer != NULL)
        event_free(c->timer);
    free(c);
}

static int
join(struct broker *broker, uint16_t job, struct gateway *gateway,
     struct client_inner **out, struct err *err)
{
    struct client_inner *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *c = (struct client_inner){.broker = broker, .job = job};
    c->client = (struct client){.gateway = gateway, .inner = c};
    c->timer = evtimer_new(broker->base, on_deadline, c);
    if (c->timer == NULL)
        err_set(err, ERR_MEMORY, 0, "set a timer");
    if (c->timer == NULL ||
        (gateway->kind->join && gateway->kind->join(&c->client, err) != 0)) {
        free_client(c);
        return -1;
    }
    c->next = broker->jobs[job];
    broker->jobs[job] = c;
    *out = c;
    return 0;
}

static int
find_client(struct broker *broker, uint16_t job, struct gateway *gateway,
            struct client_inner **out, struct err *err)
{
    for (struct client_inner *c = broker->jobs[job]; c; c = c->next)
        if (c->client.gateway == gateway) {
            *out = c;
            return 0;
        }
    return join(broker, job, gateway, out, err);
}

static void
stop_asking(struct broker *broker, uint16_t job)
{
    for (struct client_inner *c = broker->jobs[job]; c; c = c->next)
        cancel(c);
}

static void
leave(struct broker *broker, uint16_t job)
{
    struct client_inner *c;
    stop_asking(broker, job);
    while ((c = broker->jobs[job]) != NULL) {
        broker->jobs[job] = c->next;
        if (c->client.gateway->kind->leave != NULL)
            c->client.gateway->kind->leave(&c->client);
        free_client(c);
    }
}

/* A call that can't even be begun is answered all the same. */
static void
refuse(struct broker *broker, uint16_t job, uint32_t serial, const char *why)
{
    struct client_inner c = {.broker = broker, .job = job, .serial = serial};
    send_answer(&c, ANSWER_ERROR, why, strlen(why));
}

static int
ask(struct broker *broker, uint16_t job, struct span payload, struct err *err)
{
    uint32_t ms;
    struct call call;
    struct client_inner *c = NULL;
    struct err cause;
    if (span_take_u32(&payload, &ms, err) != 0 ||
        call_parse(payload, &call, err) != 0)
        return -1;
    struct gateway *gateway = find_gateway(broker, call.name);
    stop_asking(broker, job);
    if (gateway == NULL) {
        refuse(broker, job, call.serial, "no gateway of that name");
        return 0;
    }
    if (find_client(broker, job, gateway, &c, &cause) != 0) {
        refuse(broker, job, call.serial, cause.msg);
        return 0;
    }
    const struct timeval t = {(time_t)(ms / 1000),
                              (suseconds_t)(ms % 1000 * 1000)};
    if (evtimer_add(c->timer, &t) != 0) {
        refuse(broker, job, call.serial, "out of memory");
        return 0;
    }
    c->serial = call.serial;
    c->ms = ms;
    c->client.deadline_ns = now_ns() + (uint64_t)ms * 1000000;
    c->client.asked = true;
    gateway->kind->call(&c->client, call.data);
    return 0;
}

/* --- gateways ---- */

static const struct gateway_kind *
find_kind(const char *name)
{
    for (size_t i = 0; gateway_kinds[i] != NULL; i++)
        if (strcmp(gateway_kinds[i]->name, name) == 0)
            return gateway_kinds[i];
    return NULL;
}

static int
open_one(struct broker *broker, const char *tenant, const char *name,
         const json_t *keys, struct err *err)
{
    const char *word = key_text(keys, "kind");
    const struct gateway_kind *kind = find_kind(word ? word : "");
    const struct span asked = {(const uint8_t *)name, strlen(name)};
    struct err cause;
    if (kind == NULL)
        return err_set(err, ERR_POLICY, 0,
                       "gateways.%s: immure was built without the kind \"%s\"",
                       name, word ? word : "");
    if (!call_name_is_valid(asked) || find_gateway(broker, asked) != NULL ||
        broker->ngateways == BROKER_GATEWAYS)
        return err_set(err, ERR_POLICY, 0,
                       "gateways.%s: a name that is impossible or taken, or "
                       "more than %d gateways",
                       name, BROKER_GATEWAYS);
    struct gateway *g = &broker->gateways[broker->ngateways];
    *g = (struct gateway){.broker = broker,
                          .kind = kind,
                          .name = strdup(name),
                          .tenant = tenant,
                          .base = broker->base};
    if (g->name == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (kind->open(g, keys, &cause) != 0) {
        err_set(err, cause.code, 0, "gateways.%s: %.400s", name, cause.msg);
        free(g->name);
        return -1;
    }
    broker->ngateways++;
    return 0;
}

static void
close_from(struct broker *broker, size_t first)
{
    while (broker->ngateways > first) {
        struct gateway *g = &broker->gateways[--broker->ngateways];
        if (g->kind->close != NULL)
            g->kind->close(g);
        free(g->name);
    }
}

/* All of them, or none. */
static int
open_all(struct broker *broker, struct span text, struct err *err)
{
    json_error_t where;
    const char *name;
    json_t *keys;
    size_t before = broker->ngateways;
    if (broker->npolicies == BROKER_GATEWAYS)
        return err_set(err, ERR_POLICY, 0, "too many gateways");
    json_t *policy = json_loadb((const char *)text.data, text.len, 0, &where);
    const char *tenant = key_text(policy, "tenant");
    if (policy == NULL || tenant == NULL || tenant[0] == '\0') {
        json_decref(policy);
        return err_set(err, ERR_PROTO, 0, "gateways: no policy of a tenant's");
    }
    json_object_foreach(json_object_get(policy, "gateways"), name, keys) {
        if (open_one(broker, tenant, name, keys, err) == 0)
            continue;
        close_from(broker, before);
        json_decref(policy);
        return -1;
    }
    broker->policies[broker->npolicies++] = policy;
    return 0;
}

int
gateway_needs_path(struct gateway *gateway, const char *path, bool writable,
                   struct err *err)
{
    struct broker *broker = gateway->broker;
    if (broker->confined)
        return err_set(err, ERR_POLICY, 0,
                       "%s: a gateway that needs a file has to be in the "
                       "policy from the start",
                       path);
    return confine_allow(&broker->confine, path, writable, err);
}

/* Secrets have been read; the environment is theirs alone. */
static void
wipe_environment(void)
{
    for (char **variable = environ; *variable != NULL; variable++)
        explicit_bzero(*variable, strlen(*variable));
}

static int
confine(struct broker *broker, struct err *err)
{
    if (broker->confined)
        return 0;
    if (confine_close(&broker->confine, err) != 0)
        return -1;
    wipe_environment();
    broker->confined = true;
    return 0;
}

static void
take_policy(struct broker *broker, struct span text)
{
    struct err cause;
    if (open_all(broker, text, &cause) == 0 && confine(broker, &cause) == 0) {
        frame_link_send(&broker->link, FRAME_BROKER_OPENED, 0, nothing,
                        nothing);
        return;
    }
    uint8_t code = (uint8_t)cause.code;
    frame_link_send(
        &broker->link, FRAME_BROKER_REFUSED, 0, (struct span){&code, 1},
        (struct span){(const uint8_t *)cause.msg, strlen(cause.msg)});
}

/* --- the supervisor ---- */

static int
on_frame(void *arg, const struct frame_header *h, const uint8_t *data,
         struct err *err)
{
    struct broker *broker = arg;
    struct span payload = {data, h->len};
    if (h->type == FRAME_BROKER_ASK)
        return ask(broker, h->id, payload, err);
    if (h->type == FRAME_BROKER_OPEN)
        take_policy(broker, payload);
    else if (h->type == FRAME_BROKER_STOP)
        stop_asking(broker, h->id);
    else
        leave(broker, h->id);
    return 0;
}

static void
on_gone(void *arg)
{
    struct broker *broker = arg;
    broker->over = true;
    event_base_loopbreak(broker->base);
}

int
broker_init(struct broker *broker, struct event_base *base, struct err *err)
{
    const struct frame_link_events events = {
        .frame = on_frame, .gone = on_gone, .arg = broker};
    broker->base = base;
    return frame_link_init(&broker->link, base, BROKER_FD, FRAME_FOR_BROKER,
                           &events, err);
}

void
broker_clear(struct broker *broker)
{
    for (int job = 0; job < BROKER_JOBS; job++)
        leave(broker, (uint16_t)job);
    close_from(broker, 0);
    for (size_t i = 0; i < broker->npolicies; i++)
        json_decref(broker->policies[i]);
    frame_link_clear(&broker->link);
    confine_clear(&broker->confine);
}
