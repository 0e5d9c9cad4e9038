/* A fetch gateway: its rules, and what its transfers share. */
#ifndef IMMURE_GATEWAY_FETCH_CONFIG_H
#define IMMURE_GATEWAY_FETCH_CONFIG_H

#include "host/gateway/fetch_rule.h"
#include "host/gateway/kind.h"
#include "host/gateway/resolver.h"

struct fetch_gateway {
    struct fetch_rules rules;
    struct resolver *resolver;
    char *ca_file;   /* NULL: the system's */
    size_t body_max; /* bytes of an answer */
    unsigned redirects_max;
    size_t running; /* calls */
};

enum { FETCH_RUNNING = 256 }; /* calls of one gateway at a time */

int fetch_gateway_open(struct gateway *gateway, const json_t *keys,
                       struct fetch_gateway **out, struct err *err);
void fetch_gateway_close(struct fetch_gateway *fetch);

/* Whether the bytes hold a secret that rules add: of 8 bytes at least, for a
 * shorter one could be anywhere. */
bool fetch_holds_secret(const struct fetch_rules *rules, const void *data,
                        size_t len);

#endif
