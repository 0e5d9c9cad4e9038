#include "host/cli/say.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_CAP = 8192 };

int
say_bytes(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
            continue;
        }
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        if (n < 0 && errno == EAGAIN)
            (void)poll(&ready, 1, -1);
        else if (n < 0 && errno != EINTR)
            return errno;
    }
    return 0;
}

static void line(const char *prefix, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
line(const char *prefix, const char *fmt, va_list ap)
{
    char text[LINE_CAP];
    int n = snprintf(text, sizeof text, "%s", prefix);
    int more = vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
    size_t len = (size_t)n + (more > 0 ? (size_t)more : 0);
    if (len > sizeof text - 1)
        len = sizeof text - 1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            text[i] = '?';
    text[len] = '\n';
    (void)say_bytes(STDERR_FILENO, text, len + 1);
}

void
say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line("immure: ", fmt, ap);
    va_end(ap);
}

void
say_more(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line("", fmt, ap);
    va_end(ap);
}
