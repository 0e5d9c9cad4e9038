/* Paths of URLs, as a server may read them.
 *
 * A rule that allows /public/ must not be fooled by /public/%2e%2e/admin,
 * /public/..%2fadmin, /public/..;/admin, /public\..\admin or //public//../
 * admin: servers and proxies differ in what they decode, when, and how often.
 * So a path has two forms, and a pattern must match both. */
#ifndef IMMURE_GATEWAY_URL_PATH_H
#define IMMURE_GATEWAY_URL_PATH_H

#include <stdbool.h>

enum { URL_PATH_MAX = 8000 };

struct url_path {
    char *plain; /* letters, digits and -._~ decoded, and nothing else */
    char *bare;  /* all decoded, as often as it goes; no dots, \ or // left */
};

/* 0, or -1 for a path that no server should get: over URL_PATH_MAX, with
 * control characters, encoded or not, or encoded more than eightfold; or
 * without memory.  The text must begin with a slash. */
int url_path_read(const char *text, struct url_path *out);
void url_path_clear(struct url_path *path);

#define OWNED_URL_PATH __attribute__((cleanup(url_path_clear))) struct url_path

/* Whether the pattern matches the text: * stands for what has no slash, **
 * for anything. */
bool url_path_matches(const char *pattern, const char *text);

#endif
