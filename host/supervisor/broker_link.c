#include "host/supervisor/broker_link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/paths.h"

enum {
    BROKER_FD = 3,
    ENVIRONMENT_MAX = 64,
    END_MS = 3000,  /* a little more than it takes */
    AGAIN_MS = 100, /* between two starts: a guest may know how to crash it */
};

static const struct span nothing = {(const uint8_t *)"", 0};

static uint64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void
become_broker(const char *path, int sock, char **environment, pid_t supervisor)
{
    char name[] = "immure-broker";
    char *argv[] = {name, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    OWNED_FD null = fd_null(NULL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
        (sock == BROKER_FD ? fcntl(sock, F_SETFD, 0) : dup2(sock, BROKER_FD)) <
            0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor)
        _exit(125);
    execve(path, argv, environment);
    _exit(125);
}

static int
list_environment(const struct buf *from, char *out[ENVIRONMENT_MAX + 1],
                 struct err *err)
{
    size_t n = 0;
    for (size_t at = 0; at < from->len;
         at += strlen((char *)from->data + at) + 1) {
        if (n == ENVIRONMENT_MAX)
            return err_set(err, ERR_POLICY, 0,
                           "more than %d secrets of gateways are in the "
                           "environment",
                           ENVIRONMENT_MAX);
        out[n++] = (char *)from->data + at;
    }
    out[n] = NULL;
    return 0;
}

/* The supervisor's other descriptors are all O_CLOEXEC. */
static int
spawn(struct broker_link *b, int *out_sock, struct err *err)
{
    char path[PATH_MAX];
    char *environment[ENVIRONMENT_MAX + 1];
    int pair[2];
    if (paths_program("immure-broker", path, sizeof path, err) != 0 ||
        list_environment(&b->gateways->environment, environment, err) != 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a socket pair");
    OWNED_FD mine = pair[0], theirs = pair[1];
    pid_t self = getpid(), pid = fork();
    if (pid < 0)
        return err_set(err, ERR_SYSTEM, errno, "fork the broker");
    if (pid == 0)
        become_broker(path, theirs, environment, self);
    b->pid = pid;
    *out_sock = take_fd(&mine);
    return 0;
}

/* Those that no process has confirmed, from the last one on. */
static void
drop_opens(struct broker_link *b)
{
    while (b->nopens > b->confirmed) {
        free(b->opens[--b->nopens]);
        if (!b->ending)
            b->events.added(b->events.arg, &b->cause);
    }
}

static void
lose(struct broker_link *b)
{
    if (!b->up)
        return;
    b->up = false;
    frame_link_clear(&b->link);
    if (b->ending)
        return;
    if (b->pid > 0)
        kill(b->pid, SIGKILL);
    if (b->state == BROKER_OPENING) {
        b->state = BROKER_REFUSED;
        b->events.refused(b->events.arg, &b->cause);
        return;
    }
    drop_opens(b);
    b->events.lost(b->events.arg);
}

static void
on_gone(void *arg)
{
    struct broker_link *b = arg;
    if (b->cause.code == ERR_NONE)
        err_set(&b->cause, ERR_GONE, 0, "the broker of the gateways ended");
    lose(b);
}

static void
take_cause(struct broker_link *b, struct span payload)
{
    unsigned code = payload.len > 0 ? payload.data[0] : ERR_PROTO;
    int len = payload.len > 1 ? (int)payload.len - 1 : 0;
    err_set(&b->cause, code <= ERR_CANCELLED ? (enum err_code)code : ERR_PROTO,
            0, "%.*s", len < 500 ? len : 500,
            len ? (const char *)payload.data + 1 : "");
}

static void
take_opened(struct broker_link *b)
{
    bool first = b->acked == 0, known = b->acked < b->confirmed;
    b->acked++;
    if (known)
        return;
    b->confirmed = b->acked;
    if (!first) {
        b->events.added(b->events.arg, NULL);
        return;
    }
    b->state = BROKER_OPEN;
    b->events.opened(b->events.arg);
}

/* What was confirmed once and is refused now leaves nothing to go on with. */
static int
take_refused(struct broker_link *b, struct span payload)
{
    take_cause(b, payload);
    if (b->state == BROKER_OPENING || b->acked < b->confirmed)
        return -1;
    drop_opens(b);
    return 0;
}

/* -1 ends it, by on_gone(). */
static int
on_frame(void *arg, const struct frame_header *h, const uint8_t *data,
         struct err *err)
{
    struct broker_link *b = arg;
    struct span payload = {data, h->len};
    struct answer answer;
    if (h->type == FRAME_BROKER_REFUSED)
        return take_refused(b, payload);
    if (h->type == FRAME_BROKER_OPENED && b->acked == b->nopens)
        return err_set(err, ERR_PROTO, 0, "gateways that nobody asked for");
    if (h->type == FRAME_BROKER_OPENED) {
        take_opened(b);
        return 0;
    }
    if (answer_parse(payload, &answer, err) != 0)
        return -1;
    if (answer.status == ANSWER_QUOTA)
        return err_set(err, ERR_PROTO, 0, "an answer that is not a broker's");
    b->events.answer(b->events.arg, h->id, payload);
    return 0;
}

static void
send_open(struct broker_link *b, const char *json)
{
    frame_link_send(&b->link, FRAME_BROKER_OPEN, 0, nothing,
                    (struct span){(const uint8_t *)json, strlen(json)});
}

static int
start(struct broker_link *b, struct err *err)
{
    const struct frame_link_events events = {
        .frame = on_frame, .gone = on_gone, .arg = b};
    int sock;
    err_clear(&b->cause);
    b->acked = 0;
    b->started_ns = now_ns();
    if (spawn(b, &sock, err) != 0)
        return -1;
    if (frame_link_init(&b->link, b->base, sock, FRAME_FROM_BROKER, &events,
                        err) != 0) {
        frame_link_clear(&b->link);
        kill(b->pid, SIGKILL);
        return -1;
    }
    b->up = true;
    for (size_t i = 0; i < b->nopens && b->up; i++)
        send_open(b, b->opens[i]);
    return 0;
}

static int
add_open(struct broker_link *b, const char *json, struct err *err)
{
    if (b->nopens == sizeof b->opens / sizeof *b->opens)
        return err_set(err, ERR_POLICY, 0, "more than %d gateways",
                       GRANTS_MAX);
    b->opens[b->nopens] = strdup(json);
    if (b->opens[b->nopens] == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    b->nopens++;
    return 0;
}

int
broker_link_new(struct event_base *base, const struct gateways *gateways,
                const struct broker_events *events, struct broker_link **out,
                struct err *err)
{
    struct broker_link *b = calloc(1, sizeof *b);
    if (b == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    b->base = base;
    b->gateways = gateways;
    b->events = *events;
    b->link.fd = -1;
    if (add_open(b, gateways->json, err) != 0 || start(b, err) != 0) {
        broker_link_free(b);
        return -1;
    }
    *out = b;
    return 0;
}

/* One that is not reaped yet has left its pid behind, no more. */
static bool
is_up(struct broker_link *b)
{
    struct err err;
    if (b->up || b->ending)
        return b->up;
    if (b->pid != 0 || now_ns() - b->started_ns < AGAIN_MS * 1000000u)
        return false;
    if (start(b, &err) == 0)
        return b->up;
    b->cause = err;
    return false;
}

int
broker_link_add(struct broker_link *b, const char *json, struct err *err)
{
    if (!is_up(b)) {
        *err = b->cause;
        return -1;
    }
    if (add_open(b, json, err) != 0)
        return -1;
    send_open(b, json);
    return 0;
}

bool
broker_link_ask(struct broker_link *b, uint16_t job, uint32_t ms,
                struct span payload)
{
    uint8_t head[4];
    if (!is_up(b))
        return false;
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(ms >> (8 * i));
    frame_link_send(&b->link, FRAME_BROKER_ASK, job,
                    (struct span){head, sizeof head}, payload);
    return true;
}

void
broker_link_stop(struct broker_link *b, uint16_t job)
{
    if (b->up)
        frame_link_send(&b->link, FRAME_BROKER_STOP, job, nothing, nothing);
}

void
broker_link_leave(struct broker_link *b, uint16_t job)
{
    if (b->up)
        frame_link_send(&b->link, FRAME_BROKER_LEAVE, job, nothing, nothing);
}

void
broker_link_give_up(struct broker_link *b)
{
    err_set(&b->cause, ERR_GONE, 0,
            "the broker of the gateways did not keep a deadline");
    lose(b);
}

bool
broker_link_reaped(struct broker_link *b, pid_t pid)
{
    if (b == NULL || b->pid != pid)
        return false;
    b->pid = 0;
    return true;
}

void
broker_link_end(struct broker_link *b)
{
    if (b->ending)
        return;
    b->ending = true;
    b->ended_ns = now_ns();
    lose(b);
}

void
broker_link_end_late(struct broker_link *b, uint64_t now)
{
    if (b->ending && b->pid > 0 && now - b->ended_ns > END_MS * 1000000ull)
        kill(b->pid, SIGKILL);
}

bool
broker_link_is_gone(const struct broker_link *b)
{
    return b->pid == 0;
}

void
broker_link_free(struct broker_link *b)
{
    if (b->up)
        frame_link_clear(&b->link);
    for (size_t i = 0; i < b->nopens; i++)
        free(b->opens[i]);
    free(b);
}
