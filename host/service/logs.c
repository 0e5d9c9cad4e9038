#include "host/service/logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

enum { OUT_MAX = 4 << 20, LINE_MAX = 1024 };

static int
open_log(const char *path, int *out, struct err *err)
{
    *out = -1;
    if (path == NULL)
        return 0;
    if (path[0] == '\0' || strcmp(path, "-") == 0) {
        *out = path[0] == '\0' ? STDERR_FILENO : STDOUT_FILENO;
        return 0;
    }
    *out =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
    return *out < 0 ? err_set(err, ERR_SYSTEM, errno, "open the log %s", path)
                    : 0;
}

static void
close_log(struct log *log)
{
    if (log->fd > STDERR_FILENO)
        close(log->fd);
    log->fd = -1;
}

int
logs_open(struct logs *logs, const char *access, const char *errors,
          struct err *err)
{
    *logs = (struct logs){.access = {.path = access, .fd = -1},
                          .errors = {.path = errors, .fd = -1},
                          .second = -1};
    if (open_log(access, &logs->access.fd, err) != 0)
        return -1;
    return open_log(errors, &logs->errors.fd, err);
}

int
logs_reopen(struct logs *logs, struct err *err)
{
    struct log *const both[] = {&logs->access, &logs->errors};
    logs_flush(logs);
    for (int i = 0; i < 2; i++) {
        int fd;
        if (open_log(both[i]->path, &fd, err) != 0)
            return -1;
        close_log(both[i]);
        both[i]->fd = fd;
    }
    return 0;
}

/* What a log does not take is lost: a full disk stops no request. */
static void
flush(struct log *log)
{
    if (log->fd >= 0 && log->out.len > 0)
        (void)fd_write_all(log->fd, log->out.data, log->out.len, NULL);
    log->out.len = 0;
}

void
logs_flush(struct logs *logs)
{
    flush(&logs->access);
    flush(&logs->errors);
}

void
logs_clear(struct logs *logs)
{
    logs_flush(logs);
    close_log(&logs->access);
    close_log(&logs->errors);
    buf_clear(&logs->access.out);
    buf_clear(&logs->errors.out);
}

static const char *
stamp(struct logs *logs)
{
    time_t now = time(NULL);
    struct tm tm;
    if (now != (time_t)logs->second && localtime_r(&now, &tm) != NULL) {
        logs->second = now;
        strftime(logs->stamp, sizeof logs->stamp, "%d/%b/%Y:%H:%M:%S %z", &tm);
    }
    return logs->stamp;
}

static void
add(struct log *log, const void *data, size_t len)
{
    if (log->fd >= 0 && log->out.len < OUT_MAX)
        (void)buf_add(&log->out, data, len, NULL);
}

static void
add_text(struct log *log, const char *text)
{
    add(log, text, strlen(text));
}

/* As Apache does: no control character, quote or backslash of a client's is
 * in the log. */
static void
add_safe(struct log *log, const char *text, size_t most)
{
    static const char hex[] = "0123456789abcdef";
    if (text == NULL || text[0] == '\0') {
        add(log, "-", 1);
        return;
    }
    for (size_t i = 0; text[i] != '\0' && i < most; i++) {
        unsigned char c = (unsigned char)text[i];
        const char escaped[4] = {'\\', 'x', hex[c >> 4], hex[c & 15]};
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            add(log, escaped, sizeof escaped);
        else
            add(log, &c, 1);
    }
}

void
logs_access(struct logs *logs, const struct log_line *line)
{
    struct log *log = &logs->access;
    char text[64];
    if (log->fd < 0)
        return;
    add_safe(log, line->client, 128);
    add_text(log, " - - [");
    add_text(log, stamp(logs));
    add_text(log, "] \"");
    add_safe(log, line->method, 32);
    add(log, " ", 1);
    add_safe(log, line->target, 4096);
    add(log, " ", 1);
    add_safe(log, line->version, 16);
    snprintf(text, sizeof text, "\" %u %llu \"", line->status,
             (unsigned long long)line->bytes);
    add_text(log, text);
    add_safe(log, line->referer, 1024);
    add_text(log, "\" \"");
    add_safe(log, line->agent, 1024);
    add_text(log, "\"\n");
}

/* Each line behind a tab; other control characters as in the access log. */
static void
add_lines(struct log *log, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        add(log, "\t", 1);
        for (size_t i = 0; i < len; i++) {
            char escaped[8];
            unsigned char c = (unsigned char)text[i];
            if ((c >= 0x20 && c != 0x7f) || c == '\t') {
                add(log, &text[i], 1);
                continue;
            }
            snprintf(escaped, sizeof escaped, "\\x%02x", c);
            add_text(log, escaped);
        }
        add(log, "\n", 1);
        text += len + (text[len] == '\n');
    }
}

void
logs_error(struct logs *logs, const char *name, const char *text,
           const char *fmt, ...)
{
    struct log *log = &logs->errors;
    char message[LINE_MAX];
    va_list args;
    if (log->fd < 0)
        return;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    add(log, "[", 1);
    add_text(log, stamp(logs));
    add_text(log, "] [");
    add_text(log, name ? name : "immure");
    add_text(log, "] ");
    for (size_t i = 0; message[i] != '\0'; i++)
        if ((unsigned char)message[i] < 0x20)
            message[i] = ' ';
    add_text(log, message);
    add(log, "\n", 1);
    if (text != NULL)
        add_lines(log, text);
}
