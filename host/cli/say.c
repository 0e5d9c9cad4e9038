#include "host/cli/say.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
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

/* Bytes at s that a terminal would obey: C0, DEL, C1 (U+0080 to U+009F), and
 * the marks that reorder text (U+200E, U+200F, U+202A to U+202E, U+2066 to
 * U+2069).  Names in a denial are the guest's. */
static size_t
is_control(const unsigned char *s, size_t len)
{
    if (s[0] < ' ' || s[0] == 127)
        return 1;
    if (len >= 2 && s[0] == 0xc2 && s[1] < 0xa0)
        return 2;
    if (len < 3 || s[0] != 0xe2)
        return 0;
    bool marks = s[1] == 0x80 && (s[2] == 0x8e || s[2] == 0x8f ||
                                  (s[2] >= 0xaa && s[2] <= 0xae));
    bool isolates = s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
    return marks || isolates ? 3 : 0;
}

void
say_clean(char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\n')
            memset(text + i, '?',
                   is_control((const unsigned char *)text + i, len - i));
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
    text[len] = '\0';
    say_clean(text);
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\n')
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
