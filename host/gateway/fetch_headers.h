/* Headers between a guest and a server: which are passed on.
 *
 * Those of the connection itself end here (RFC 9110, 7.6.1), both ways, with
 * those that `Connection` names.  A guest can't set those that the operator
 * sets for the rule, nor those by which proxies tell servers whom to believe
 * (X-Forwarded-For, Forwarded, Via), nor Host: it is the URL's. */
#ifndef IMMURE_GATEWAY_FETCH_HEADERS_H
#define IMMURE_GATEWAY_FETCH_HEADERS_H

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct fetch_rule;

enum { FETCH_HEADER_BYTES = 32 << 10, FETCH_HEADER_COUNT = 100 };

/* A name that is a token, and a value without control characters. */
bool fetch_header_is_valid(const char *name, const char *value);

/* What no guest and no policy sets: the connection's, and Host. */
bool fetch_header_is_ours(const char *name);

/* What is not passed back to a guest. */
bool fetch_header_is_hop(const char *name, size_t len);

/* What a redirect to another origin must not carry. */
bool fetch_header_is_bound(const char *name);

/* The list for the transfer library from a guest's [[name, value], ...] and
 * the rule's own.  given was checked by fetch_headers_check(); with_bound says
 * whether the origin is still the guest's own, with_body whether a body goes
 * along.  Names that were left out are appended to dropped.  NULL: out of
 * memory. */
struct curl_slist *fetch_headers_make(const json_t *given,
                                      const struct fetch_rule *rule,
                                      bool with_bound, bool with_body,
                                      json_t *dropped);

/* What is wrong with a guest's list, or NULL. */
const char *fetch_headers_check(const json_t *given);

#endif
