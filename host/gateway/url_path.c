#include "host/gateway/url_path.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"

enum { ROUNDS = 8 };

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* The byte that %XX stands for, or -1. */
static int
encoded(const char *s)
{
    if (s[0] != '%' || hex(s[1]) < 0 || hex(s[2]) < 0)
        return -1;
    return hex(s[1]) * 16 + hex(s[2]);
}

static bool
is_unreserved(int c)
{
    return (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != 0 && c < 0x80 && strchr("-._~", c) != NULL);
}

/* In place; whether anything was decoded. */
static bool
decode(char *s, bool all)
{
    char *to = s;
    bool any = false;
    for (; *s != '\0'; s++) {
        int c = encoded(s);
        if (c > 0 && (all || is_unreserved(c))) {
            *to++ = (char)c;
            s += 2;
            any = true;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
    return any;
}

static bool
has_controls(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f || encoded(s) == 0)
            return true;
    return false;
}

/* 1 for ".", 2 for "..", as also "..;x" is to some servers; else 0. */
static int
dots(const char *segment, size_t len)
{
    const char *params = memchr(segment, ';', len);
    size_t n = params ? (size_t)(params - segment) : len;
    if (n == 0 || n > 2 || segment[0] != '.' || segment[n - 1] != '.')
        return 0;
    return (int)n;
}

/* Take out empty segments, "." and ".."; in place, for it only shrinks. */
static void
settle(char *path)
{
    size_t n = 0;
    bool open = true; /* a slash is due before the next segment */
    for (const char *s = path; *s != '\0';) {
        s += strspn(s, "/");
        size_t len = strcspn(s, "/");
        int climb = dots(s, len);
        open = s[len] == '/' || len == 0 || climb != 0;
        if (climb == 2)
            while (n > 0 && path[--n] != '/')
                continue;
        if (climb == 0 && len > 0) {
            path[n++] = '/';
            memmove(path + n, s, len);
            n += len;
        }
        s += len;
    }
    if (open || n == 0)
        path[n++] = '/';
    path[n] = '\0';
}

static int
make_bare(char *path)
{
    int rounds = 0;
    while (decode(path, true))
        if (++rounds > ROUNDS)
            return -1;
    for (char *s = path; *s != '\0'; s++)
        if (*s == '\\')
            *s = '/';
    if (has_controls(path))
        return -1;
    settle(path);
    return 0;
}

int
url_path_read(const char *text, struct url_path *out)
{
    if (text[0] != '/' || strlen(text) > URL_PATH_MAX || has_controls(text))
        return -1;
    OWNED_STR plain = strdup(text);
    OWNED_STR bare = malloc(strlen(text) + 2); /* a slash may be added */
    if (plain == NULL || bare == NULL)
        return -1;
    strcpy(bare, text);
    decode(plain, false);
    if (make_bare(bare) != 0)
        return -1;
    *out = (struct url_path){take_str(&plain), take_str(&bare)};
    return 0;
}

void
url_path_clear(struct url_path *path)
{
    free(path->plain);
    free(path->bare);
    *path = (struct url_path){0};
}

/* All places of the pattern that could be reached go through the text
 * together: no backtracking, whose cost a guest could choose. */
struct places {
    const char *pattern;
    size_t len;
    uint8_t *now; /* len + 1 */
};

/* A star may also stand for nothing. */
static void
skip_stars(struct places *p)
{
    for (size_t i = 0; i < p->len; i++)
        if (p->now[i] && p->pattern[i] == '*')
            p->now[i + (p->pattern[i + 1] == '*' ? 2 : 1)] = 1;
}

static void
take(struct places *p, char c)
{
    for (size_t i = p->len + 1; i-- > 0;) {
        bool star = i < p->len && p->pattern[i] == '*';
        bool stays = star && (c != '/' || p->pattern[i + 1] == '*');
        if (p->now[i] && i < p->len && !star && p->pattern[i] == c)
            p->now[i + 1] = 1;
        if (!stays)
            p->now[i] = 0;
    }
    skip_stars(p);
}

bool
url_path_matches(const char *pattern, const char *text)
{
    struct places p = {pattern, strlen(pattern), NULL};
    OWNED_BUF now = calloc(1, p.len + 2);
    if (now == NULL)
        return false;
    p.now = now;
    p.now[0] = 1;
    skip_stars(&p);
    for (; *text != '\0'; text++)
        take(&p, *text);
    return p.now[p.len] != 0;
}
