/* One exchange with one server: a request, and its answer within bounds. */
#ifndef IMMURE_GATEWAY_TRANSFER_H
#define IMMURE_GATEWAY_TRANSFER_H

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>

#include "host/buf.h"
#include "host/gateway/curl_loop.h"
#include "host/gateway/fetch_rule.h"
#include "host/gateway/resolver.h"
#include "host/wire/frame.h"

/* All that a request is made of; alive until the transfer is cleared. */
struct transfer_request {
    const char *method;
    const struct fetch_url *url;
    const struct fetch_rule *rule;
    struct curl_slist *headers;     /* the transfer's from then on */
    struct span body;               /* data NULL: none */
    const struct addresses *pinned; /* the only ones to connect to */
    const char *ca_file;            /* or NULL */
    size_t body_max;                /* of the answer */
};

struct transfer {
    void *owner; /* the caller's */
    struct transfer_request request;
    struct curl_loop *loop; /* while it is under way; NULL otherwise */
    CURL *easy;             /* NULL: nothing begun */
    CURLSH *names;          /* its own, so that no other's answers are used */
    struct curl_slist *resolved;
    bool in_body;
    size_t header_bytes;
    const char *broken; /* why we ended it, or NULL */
    /* the answer */
    json_t *headers; /* [[name, value], ...], without the connection's */
    char reason[64];
    struct buf body;
};

/* Begin.  loop->done is called with an easy handle whose CURLINFO_PRIVATE is
 * the transfer.  -1: out of memory; it is cleared. */
int transfer_begin(struct transfer *transfer, struct curl_loop *loop,
                   const struct transfer_request *request);

/* What to say of an exchange that ended with that code; NULL: all is well. */
const char *transfer_failure(const struct transfer *transfer, CURLcode code);

/* The status; and where a redirect leads, or NULL; borrowed. */
long transfer_status(const struct transfer *transfer);
const char *transfer_redirect(const struct transfer *transfer);

/* Ends it, when it is under way. */
void transfer_clear(struct transfer *transfer);

#endif
