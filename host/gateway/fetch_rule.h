/* What a fetch gateway lets through: method, host and path.
 *
 *     GET,HEAD https://api.example.com/v1/items
 *     POST http://127.0.0.1:8080/jobs         (with private = true)
 *
 * A rule names every method that it allows.  Its host is one name, *.NAME for
 * all below NAME, or * for all; a port that it does not name is the scheme's.
 * In a path, a star stands for what has no slash, and two stars for anything;
 * the query is free.  The first rule that fits decides. */
#ifndef IMMURE_GATEWAY_FETCH_RULE_H
#define IMMURE_GATEWAY_FETCH_RULE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"
#include "host/gateway/address.h"
#include "host/gateway/url_path.h"

enum { FETCH_RULES = 256, FETCH_HOST = 253, FETCH_HEADERS = 32 };

/* A header that the operator adds. */
struct fetch_header {
    char *name;
    char *value;
    const char *secret; /* its end that is one, into value; or NULL */
};

struct fetch_rule {
    uint32_t methods; /* bits of fetch_methods[] */
    bool tls;
    bool below;    /* all below host; all, where that is "" */
    bool internal; /* private = true */
    char *host;    /* lower case, IPv6 without brackets */
    uint16_t port;
    struct url_path path;
    struct fetch_header headers[FETCH_HEADERS];
    size_t nheaders;
};

struct fetch_rules {
    struct fetch_rule *rows; /* malloc'd */
    size_t count;
};

/* A URL that is going to be asked for: nothing but these parts of it is sent,
 * so what is checked is what is fetched. */
struct fetch_url {
    bool tls;
    char *host; /* lower case, IPv6 without brackets */
    uint16_t port;
    struct url_path path;
    char *text;   /* put together from the parts, the path as it was written */
    char *origin; /* its part before the path */
};

/* Methods by name; TRACE and CONNECT are none of them.  The row's number, or
 * -1. */
int fetch_method(const char *name);

/* rules of a policy: a list of texts as above, or of tables {allow, private,
 * header = ["NAME=VALUE"], header_env = ["NAME=[WORD ]VARIABLE"], header_file
 * = ["NAME=[WORD ]PATH"]}.  ERR_POLICY, naming the rule. */
int fetch_rules_read(const json_t *list, struct fetch_rules *out,
                     struct err *err);
void fetch_rules_clear(struct fetch_rules *rules);

/* ERR_USAGE: what is wrong with it. */
int fetch_url_read(const char *text, struct fetch_url *out, struct err *err);
void fetch_url_clear(struct fetch_url *url);

/* The first rule that fits, or NULL. */
const struct fetch_rule *fetch_rules_find(const struct fetch_rules *rules,
                                          int method,
                                          const struct fetch_url *url);

/* Whether what the host resolved to may be connected to under that rule.  A
 * metadata service's address takes a rule that is for it alone. */
bool fetch_rule_allows(const struct fetch_rule *rule, enum address_kind kind);

#endif
