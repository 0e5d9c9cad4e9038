#include "host/gateway/resolver.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct resolver {
    struct evdns_base *dns;
};

/* Lives until the library has called back, also when nobody waits any more. */
struct lookup {
    struct question *question; /* NULL: cancelled */
    struct evdns_getaddrinfo_request *request;
};

struct resolver *
resolver_new(struct event_base *base, const char *server, struct err *err)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver != NULL)
        resolver->dns = evdns_base_new(base, 0);
    if (resolver == NULL || resolver->dns == NULL) {
        free(resolver);
        err_set(err, ERR_MEMORY, 0, "out of memory");
        return NULL;
    }
    /* No search domains: a rule names a whole host. */
    int failed = 0;
    if (server != NULL)
        failed = evdns_base_nameserver_ip_add(resolver->dns, server);
    else
        (void)evdns_base_resolv_conf_parse(
            resolver->dns, DNS_OPTION_NAMESERVERS | DNS_OPTION_MISC,
            "/etc/resolv.conf"); /* without one: this machine's own */
    (void)evdns_base_load_hosts(resolver->dns, "/etc/hosts");
    (void)evdns_base_set_option(resolver->dns, "timeout:", "2");
    (void)evdns_base_set_option(resolver->dns, "attempts:", "2");
    if (failed != 0) {
        err_set(err, ERR_POLICY, 0,
                "dns: \"%.80s\" is no ADDRESS or ADDRESS:PORT", server);
        resolver_free(resolver);
        return NULL;
    }
    return resolver;
}

void
resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    evdns_base_free(resolver->dns, 1);
    free(resolver);
}

static void
answered(int code, struct evutil_addrinfo *found, void *arg)
{
    struct lookup *lookup = arg;
    struct question *question = lookup->question;
    struct addresses all = {.count = 0};
    free(lookup);
    for (struct evutil_addrinfo *a = found;
         a != NULL && all.count < ADDRESSES_MAX; a = a->ai_next)
        if (a->ai_addrlen <= sizeof all.rows[0])
            memcpy(&all.rows[all.count++], a->ai_addr, a->ai_addrlen);
    if (found != NULL)
        evutil_freeaddrinfo(found);
    if (question == NULL)
        return;
    question->lookup = NULL;
    if (code == 0 && all.count > 0)
        question->done(question, &all, NULL);
    else
        question->done(question, NULL,
                       code == EVUTIL_EAI_NONAME || code == 0
                           ? "there is no such host"
                           : "its name could not be looked up");
}

static bool
read_address(const char *host, struct addresses *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)&out->rows[0];
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&out->rows[0];
    *out = (struct addresses){.count = 1};
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        return true;
    }
    six->sin6_family = AF_INET6;
    return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

void
resolver_ask(struct resolver *resolver, const char *host,
             struct question *question)
{
    const struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC,
                                          .ai_socktype = SOCK_STREAM};
    struct addresses own;
    if (read_address(host, &own)) {
        question->done(question, &own, NULL);
        return;
    }
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL) {
        question->done(question, NULL, "out of memory");
        return;
    }
    lookup->question = question;
    question->lookup = lookup;
    struct evdns_getaddrinfo_request *request =
        evdns_getaddrinfo(resolver->dns, host, NULL, &hints, answered, lookup);
    if (request != NULL) /* or else it has called back */
        lookup->request = request;
}

void
question_cancel(struct question *question)
{
    struct lookup *lookup = question->lookup;
    if (lookup == NULL)
        return;
    question->lookup = NULL;
    lookup->question = NULL;
    evdns_getaddrinfo_cancel(lookup->request);
}
