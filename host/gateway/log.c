/* The kind log: lines of guests' in a log of the operator's.
 *
 *     call    JSON {level, text, fields: {name: value, ...}}
 *     answer  nothing
 *
 * Each line is one JSON object of ASCII, made here: what a guest says can
 * neither end it nor stand outside its own keys, nor move a terminal's cursor.
 * Time, tenant, gateway and job are the broker's words. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/gateway/broker.h"
#include "host/gateway/kinds.h"
#include "host/json_text.h"

enum {
    TEXT_MAX = 8 << 10, /* bytes of UTF-8 */
    FIELDS_MAX = 32,
    NAME_MAX_BYTES = 64,
    LINE_MAX_BYTES = 64 << 10, /* with all that is escaped */
};

struct log {
    int fd;
    bool broken; /* the last line has no end: the disk was full */
};

static const char *const levels[] = {"debug", "info", "warning", "error",
                                     "critical"};

static int
log_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    struct log *log = calloc(1, sizeof *log);
    const char *path = key_text(keys, "file");
    if (log == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (path != NULL)
        log->fd = open(path,
                       O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY |
                           O_NONBLOCK,
                       0600);
    else /* opened anew, so that its reader can't make the loop wait */
        log->fd = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_CLOEXEC |
                                              O_NOCTTY | O_NONBLOCK);
    if (path == NULL && log->fd < 0) /* a socket */
        log->fd = STDERR_FILENO;
    if (log->fd < 0) {
        free(log);
        return err_set(err, ERR_POLICY, errno, "file: %s", path);
    }
    gateway->state = log;
    return 0;
}

static void
log_close(struct gateway *gateway)
{
    struct log *log = gateway->state;
    if (log->fd != STDERR_FILENO)
        close(log->fd);
    free(log);
}

/* A scalar as it is; NULL for what is none, or too long. */
static json_t *
scalar(const json_t *value)
{
    if (json_is_string(value))
        return json_string_length(value) <= TEXT_MAX ? json_deep_copy(value)
                                                     : NULL;
    return json_is_array(value) || json_is_object(value)
               ? NULL
               : json_deep_copy(value);
}

static json_t *
read_fields(const json_t *given)
{
    const char *name;
    const json_t *value;
    json_t *fields = json_object();
    if (!json_is_object(given) || json_object_size(given) > FIELDS_MAX) {
        json_decref(fields);
        return NULL;
    }
    json_object_foreach((json_t *)(uintptr_t)given, name, value) {
        if (strlen(name) > NAME_MAX_BYTES ||
            json_object_set_new(fields, name, scalar(value)) != 0) {
            json_decref(fields);
            return NULL;
        }
    }
    return fields;
}

static const char *
read_level(const json_t *given)
{
    const char *word = json_string_value(given);
    for (size_t i = 0; word && i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(word, levels[i]) == 0)
            return levels[i];
    return NULL;
}

static void
time_text(char *out, size_t size)
{
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + n, size - n, ".%03ldZ", now.tv_nsec / 1000000);
}

/* The line, malloc'd; NULL: the call is none, or there is no memory. */
static char *
make_line(const struct client *client, struct span data)
{
    char when[40];
    if (!json_text_is_modest(data.data, data.len))
        return NULL;
    json_t *call =
        json_loadb((const char *)data.data, data.len, JSON_ALLOW_NUL, NULL);
    const char *level = read_level(json_object_get(call, "level"));
    json_t *text = json_object_get(call, "text");
    json_t *fields = read_fields(json_object_get(call, "fields"));
    json_t *line = NULL;
    char *out = NULL;
    time_text(when, sizeof when);
    if (level != NULL && fields != NULL && json_is_string(text) &&
        json_string_length(text) <= TEXT_MAX)
        line = json_pack("{s:s, s:s, s:s, s:i, s:s, s:O, s:O}", "time", when,
                         "tenant", client->gateway->tenant, "gateway",
                         client->gateway->name, "job", (int)client->inner->job,
                         "level", level, "text", text, "fields", fields);
    if (line != NULL)
        out = json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(line);
    json_decref(fields);
    json_decref(call);
    for (char *c = out; c != NULL && *c != '\0'; c++)
        if (*c == 0x7f) /* the one control that JSON does not escape */
            *c = '?';
    return out;
}

/* In one write(2), so that lines of several brokers do not mix. */
static int
append(struct log *log, const char *line)
{
    OWNED_STR whole = NULL;
    int len = asprintf(&whole, "%s%s\n", log->broken ? "\n" : "", line);
    if (len < 0) {
        whole = NULL;
        errno = ENOMEM;
        return -1;
    }
    ssize_t n;
    struct pollfd ready = {.fd = log->fd, .events = POLLOUT};
    if (poll(&ready, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
    }
    do
        n = write(log->fd, whole, (size_t)len);
    while (n < 0 && errno == EINTR);
    if (n == len) {
        log->broken = false;
        return 0;
    }
    if (n > 0) {
        log->broken = true;
        errno = ENOSPC;
    }
    return -1;
}

static void
log_call(struct client *client, struct span data)
{
    OWNED_STR line = make_line(client, data);
    if (line == NULL)
        client_fail(client,
                    "not a line: a level, a text of at most %d bytes, and at "
                    "most %d fields that are numbers or short texts",
                    TEXT_MAX, FIELDS_MAX);
    else if (strlen(line) > LINE_MAX_BYTES)
        client_fail(client, "the line is over %d bytes", LINE_MAX_BYTES);
    else if (append(client->gateway->state, line) != 0)
        client_fail(client, "the line could not be written: %s",
                    strerror(errno));
    else
        client_answer(client, ANSWER_VALUE, "", 0);
}

const struct gateway_kind gateway_log = {
    .name = "log", .open = log_open, .close = log_close, .call = log_call};
