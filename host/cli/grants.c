#include "host/cli/grants.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/buf.h"
#include "host/cleanup.h"
#include "host/json_text.h"

extern char **environ;

enum {
    CALLS_MAX = 1000,         /* of one function in a run */
    BYTES_MAX = 64 << 20,     /* the same */
    LINE_MAX_BYTES = 4 << 20, /* of a command's answer */
    END_MS = 1000,            /* a command's time to end by itself */
};

/* The rest of text behind a word, or NULL. */
static const char *
behind(const char *text, const char *word)
{
    size_t n = strlen(word);
    return strncmp(text, word, n) == 0 ? text + n : NULL;
}

static int
check_json(const char *given, const char *text, struct err *err)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY, &error);
    json_decref(value);
    if (value == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "--grant \"%.200s\": behind stub: stands no JSON: "
                       "column %d: %s",
                       given, error.column, error.text);
    return 0;
}

static int
read_one(const char *given, struct grants *out, struct err *err)
{
    struct service *s = &out->services[out->count];
    const char *equals = strchr(given, '=');
    const char *canned = equals ? behind(equals + 1, "stub:") : NULL;
    const char *command = equals ? behind(equals + 1, "exec:") : NULL;
    if (canned == NULL && (command == NULL || command[0] == '\0'))
        return err_set(err, ERR_USAGE, 0,
                       "--grant \"%.200s\": write NAME=exec:COMMAND, or "
                       "NAME=stub:JSON for an answer that is always the "
                       "same, or NAME=URI for a gateway",
                       given);
    if (canned != NULL && check_json(given, canned, err) != 0)
        return -1;
    s->sock = -1;
    s->name = strndup(given, (size_t)(equals - given));
    s->canned = canned ? strdup(canned) : NULL;
    s->command = command ? strdup(command) : NULL;
    if (s->name == NULL || (s->canned == NULL && s->command == NULL))
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    out->rows[out->count++] =
        (struct immure_grant){s->name, CALLS_MAX, BYTES_MAX};
    return 0;
}

int
grants_read(const struct option_list *given, struct grants *out,
            struct err *err)
{
    out->rows = calloc(given->count + 1, sizeof *out->rows);
    out->services = calloc(given->count + 1, sizeof *out->services);
    if (out->rows == NULL || out->services == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < given->count; i++)
        if (read_one(given->items[i], out, err) != 0)
            return -1;
    return 0;
}

static int
start(struct service *s)
{
    int pair[2];
    char name[] = "sh", flag[] = "-c",
         *argv[] = {name, flag, s->command, NULL};
    posix_spawn_file_actions_t actions;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO);
    int failed =
        posix_spawn(&s->pid, "/bin/sh", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    s->sock = pair[0];
    if (failed != 0)
        s->pid = 0;
    return failed ? -1 : 0;
}

static uint64_t
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Wait until the socket can do `what`; false when the time is up. */
static bool
ready(int sock, short what, uint64_t until_ms)
{
    for (;;) {
        uint64_t now = now_ms();
        struct pollfd p = {.fd = sock, .events = what};
        int left = now < until_ms ? (int)(until_ms - now) : 0;
        int n = poll(&p, 1, left);
        if (n >= 0 || errno != EINTR)
            return n > 0;
    }
}

/* One line there, one line back; NULL, or what went wrong. */
static const char *
exchange(struct service *s, const char *line, uint64_t until_ms,
         struct buf *out)
{
    size_t len = strlen(line);
    for (size_t sent = 0; sent < len;) {
        if (!ready(s->sock, POLLOUT, until_ms))
            return "it takes no calls";
        ssize_t n = send(s->sock, line + sent, len - sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return "it has ended";
        sent += n > 0 ? (size_t)n : 0;
    }
    while (out->len == 0 || out->data[out->len - 1] != '\n') {
        char chunk[16 << 10];
        if (!ready(s->sock, POLLIN, until_ms))
            return "it did not answer in time";
        ssize_t n = recv(s->sock, chunk, sizeof chunk, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return "it ended without an answer";
        if (n > 0 && buf_add(out, chunk, (size_t)n, NULL) != 0)
            return "out of memory";
        if (out->len > LINE_MAX_BYTES)
            return "its answer is over 4 MB";
    }
    return NULL;
}

static void
say_error(struct immure_call *call, uint32_t serial, const char *text)
{
    (void)immure_answer(call, serial, IMMURE_ANSWER_ERROR, text, strlen(text),
                        NULL);
}

/* {"value": ...} or {"error": "text"}. */
static void
pass_on(struct immure_call *call, uint32_t serial, const struct buf *line)
{
    json_t *answer =
        json_loadb((const char *)line->data, line->len, JSON_ALLOW_NUL, NULL);
    const char *error = json_string_value(json_object_get(answer, "error"));
    json_t *value = json_object_get(answer, "value");
    OWNED_STR text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    if (error != NULL)
        say_error(call, serial, error);
    else if (text == NULL)
        say_error(call, serial,
                  "the command behind the function wrote neither "
                  "{\"value\": ...} nor {\"error\": \"...\"}");
    else
        (void)immure_answer(call, serial, IMMURE_ANSWER_VALUE, text,
                            strlen(text), NULL);
    json_decref(answer);
}

/* The guest's own text is parsed here, bounded, so that the command reads
 * well-formed JSON on one line, whatever the guest is: {"call": NAME, "args":
 * [...], "kwargs": {...}}. */
static char *
make_line(const char *function, const void *data, size_t len)
{
    if (!json_text_is_modest(data, len))
        return NULL;
    json_t *asked = json_loadb(data, len, 0, NULL);
    json_t *args = json_object_get(asked, "args");
    json_t *kwargs = json_object_get(asked, "kwargs");
    json_t *line = NULL;
    if (json_is_array(args) && json_is_object(kwargs))
        line = json_pack("{s:s, s:O, s:O}", "call", function, "args", args,
                         "kwargs", kwargs);
    OWNED_STR text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    char *whole = NULL;
    if (text != NULL && asprintf(&whole, "%s\n", text) < 0)
        whole = NULL;
    json_decref(line);
    json_decref(asked);
    return whole;
}

static void
end(struct service *s)
{
    if (s->sock >= 0)
        close(s->sock);
    s->sock = -1;
    if (s->pid <= 0)
        return;
    for (int ms = 0; ms < END_MS; ms += 10) {
        if (waitpid(s->pid, NULL, WNOHANG) != 0) {
            s->pid = 0;
            return;
        }
        poll(NULL, 0, 10);
    }
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

static void
ask_command(struct service *s, uint64_t wall_ms, struct immure_call *call,
            uint32_t serial, const void *data, size_t len)
{
    OWNED_BUFFER answer = {0};
    OWNED_STR line = make_line(s->name, data, len);
    OWNED_STR text = NULL;
    if (line == NULL) {
        say_error(call, serial, "the call's data are not JSON of modest size");
        return;
    }
    const char *wrong = NULL;
    if (s->pid == 0 && start(s) != 0)
        wrong = "it could not be started";
    if (wrong == NULL)
        wrong = exchange(s, line, now_ms() + wall_ms, &answer);
    if (wrong == NULL) {
        pass_on(call, serial, &answer);
        return;
    }
    end(s); /* the next call starts it anew */
    if (asprintf(&text, "the command behind the function: %s", wrong) > 0)
        say_error(call, serial, text);
}

void
grants_answer(struct grants *grants, uint64_t wall_ms,
              struct immure_call *call, const char *function, uint32_t serial,
              const void *data, size_t len)
{
    for (size_t i = 0; i < grants->count; i++) {
        struct service *s = &grants->services[i];
        if (strcmp(s->name, function) != 0)
            continue;
        if (s->canned != NULL)
            (void)immure_answer(call, serial, IMMURE_ANSWER_VALUE, s->canned,
                                strlen(s->canned), NULL);
        else
            ask_command(s, wall_ms, call, serial, data, len);
    }
}

void
grants_clear(struct grants *grants)
{
    for (size_t i = 0; i < grants->count; i++) {
        end(&grants->services[i]);
        free(grants->services[i].name);
        free(grants->services[i].canned);
        free(grants->services[i].command);
    }
    free(grants->services);
    free(grants->rows);
    *grants = (struct grants){0};
}
