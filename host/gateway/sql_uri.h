/* mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?socket=PATH&tls=yes&ca=PATH],
 * with %XX for what has a meaning in it. */
#ifndef IMMURE_SQL_URI_H
#define IMMURE_SQL_URI_H

#include <stdbool.h>

#include "host/err.h"

/* Texts are malloc'd, and NULL where the URI has none. */
struct sql_uri {
    char *user, *password, *host, *database, *socket, *ca;
    unsigned port; /* 0: the default */
    bool tls;
};

/* ERR_POLICY with a text about the key `uri`; err may be NULL. */
int sql_uri_read(const char *text, struct sql_uri *out, struct err *err);
void sql_uri_clear(struct sql_uri *uri);

#define OWNED_SQL_URI __attribute__((cleanup(sql_uri_clear))) struct sql_uri

#endif
