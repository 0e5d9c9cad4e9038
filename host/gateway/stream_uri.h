/* Where a stream goes: PROTOCOL:tcp://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]
 * or PROTOCOL:unix://[USER[:PASSWORD]@]/PATH, of memcache, redis, mysql and
 * tcp.  User, password and database may have %XX in them. */
#ifndef IMMURE_STREAM_URI_H
#define IMMURE_STREAM_URI_H

#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"

enum stream_protocol {
    STREAM_TCP, /* bytes as they are, whatever they mean */
    STREAM_MEMCACHE,
    STREAM_REDIS,
    STREAM_MYSQL,
    STREAM_PROTOCOLS
};

enum { STREAM_HOST_MAX = 255, STREAM_PATH_MAX = 107, STREAM_WORD_MAX = 255 };

struct stream_uri {
    enum stream_protocol protocol;
    bool local; /* host is a path */
    char host[STREAM_HOST_MAX + 1];
    uint16_t port;
    char user[STREAM_WORD_MAX + 1]; /* "": none; so for the others */
    char password[STREAM_WORD_MAX + 1];
    char database[STREAM_WORD_MAX + 1];
};

/* ERR_POLICY with a text that says what is wrong and never has the URI in it:
 * there may be a password inside. */
int stream_uri_parse(const char *text, struct stream_uri *out,
                     struct err *err);

#endif
