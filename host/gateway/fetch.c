/* The kind fetch: HTTP and HTTPS for guests, by rules.
 *
 *     call    u32 length of head, head: JSON {method, url, headers: [[name,
 *             value], ...], redirect: bool, timeout: ms}, body
 *     answer  u32 length of head, head: JSON {status, reason, url, headers,
 *             redirects, dropped: [name, ...]}, body
 *
 * Every address that a request goes to, the first and each that a redirect
 * leads to, passes the same three steps: a rule for the URL, a look at all
 * addresses of its host, a connection to just those. */
#include <string.h>
#include <time.h>

#include "host/cleanup.h"
#include "host/gateway/denial.h"
#include "host/gateway/fetch_config.h"
#include "host/gateway/fetch_headers.h"
#include "host/gateway/kinds.h"
#include "host/gateway/transfer.h"
#include "host/json_text.h"

enum { SHOWN = 200 }; /* of a URL, in messages */

/* One job.  Connections are kept for its next request, and only for that: a
 * server that can be made to answer more than was asked (a GET with a body is
 * enough for some) would answer it to another job. */
struct fetch_client {
    /* By fetch_rule.internal: what a rule with private = true has connected to
     * never serves one without. */
    struct curl_loop loops[2];
    struct fetch *running;
};

/* One call. */
struct fetch {
    struct question question; /* first: it is found by it */
    struct client *client;
    struct fetch_client *job;
    struct fetch_gateway *gateway;
    struct event *timer; /* of the guest's own timeout */
    int method;
    const char *method_name; /* of the table's, or of head */
    json_t *head;            /* the call's */
    struct buf body;
    bool with_body;
    bool own_origin; /* no redirect has led to another */
    unsigned redirects;
    struct fetch_url url;
    const struct fetch_rule *rule;
    struct addresses pinned;
    struct transfer transfer;
    json_t *dropped;
};

static void
end(struct fetch *f)
{
    question_cancel(&f->question);
    transfer_clear(&f->transfer);
    if (f->timer != NULL)
        event_free(f->timer);
    fetch_url_clear(&f->url);
    buf_clear(&f->body);
    json_decref(f->head);
    json_decref(f->dropped);
    f->gateway->running--;
    f->job->running = NULL;
    free(f);
}

static void
fail(struct fetch *f, const char *why)
{
    struct client *client = f->client;
    char url[SHOWN + 1];
    (void)snprintf(url, sizeof url, "%s", f->url.text ? f->url.text : "fetch");
    end(f);
    client_fail(client, "%s: %s", url, why);
}

static void
deny(struct fetch *f, const char *reason, const char *fix)
{
    struct client *client = f->client;
    OWNED_STR what = NULL;
    OWNED_STR rule = NULL;
    OWNED_STR whole = NULL;
    if (asprintf(&what, "fetch %s %.*s", f->method_name, SHOWN, f->url.text) <
        0)
        what = NULL;
    if (asprintf(&rule, "gateways.%s.rules", client->gateway->name) < 0)
        rule = NULL;
    if (asprintf(&whole, "%s%s",
                 f->redirects ? "a redirect led there, and " : "", reason) < 0)
        whole = NULL;
    const struct denial denial = {what ? what : "fetch", rule ? rule : "fetch",
                                  whole ? whole : reason, fix};
    end(f);
    client_deny(client, &denial);
}

/* --- the answer ---- */

static int
put(struct buf *out, const char *head, const struct buf *body)
{
    size_t len = strlen(head);
    return u32_add(out, (uint32_t)len, NULL) != 0 ||
                   buf_add(out, head, len, NULL) != 0 ||
                   buf_add(out, body->data, body->len, NULL) != 0
               ? -1
               : 0;
}

/* Each text as it is: JSON would write a quote of a secret's as two bytes. */
static bool
holds_secret(const struct fetch_rules *rules, const json_t *value)
{
    size_t i;
    const json_t *item;
    if (json_is_string(value))
        return fetch_holds_secret(rules, json_string_value(value),
                                  json_string_length(value));
    json_array_foreach(value, i, item)
        if (holds_secret(rules, item))
            return true;
    return false;
}

static void
answer(struct fetch *f)
{
    struct client *client = f->client;
    const struct transfer *t = &f->transfer;
    OWNED_BUFFER whole = {0};
    json_t *head = json_pack(
        "{s:i, s:s, s:s, s:O, s:i, s:O}", "status", (int)transfer_status(t),
        "reason", t->reason, "url", f->url.text, "headers", t->headers,
        "redirects", (int)f->redirects, "dropped", f->dropped);
    OWNED_STR text =
        head ? json_dumps(head, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    json_decref(head);
    if (text == NULL || put(&whole, text, &t->body) != 0) {
        fail(f, "out of memory");
        return;
    }
    if (fetch_holds_secret(&f->gateway->rules, text, strlen(text)) ||
        holds_secret(&f->gateway->rules, t->headers) ||
        fetch_holds_secret(&f->gateway->rules, t->body.data, t->body.len)) {
        fail(f, "the server repeats a secret of the operator's in its answer, "
                "which is therefore withheld");
        return;
    }
    end(f);
    client_answer(client, ANSWER_VALUE, whole.data, whole.len);
}

/* --- one request after the other ---- */

static void begin(struct fetch *f);

/* 303 asks for a GET; 301 and 302 do so of a POST, as all clients read them;
 * 307 and 308 keep all. */
static void
change_method(struct fetch *f, long status)
{
    bool post = strcmp(f->method_name, "POST") == 0;
    bool head = strcmp(f->method_name, "HEAD") == 0;
    if ((status == 303 && !head) ||
        (post && (status == 301 || status == 302))) {
        f->method_name = "GET";
        f->method = fetch_method("GET");
        f->with_body = false;
    }
}

static bool
is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 ||
           status == 308;
}

static void
follow(struct fetch *f, const char *to)
{
    struct fetch_url next = {0};
    struct err err = {0};
    if (f->redirects == f->gateway->redirects_max) {
        fail(f, "it redirects more often than the operator allows (the "
                "gateway's key \"redirects\")");
        return;
    }
    if (fetch_holds_secret(&f->gateway->rules, to, strlen(to))) {
        fail(f, "the server repeats a secret of the operator's in a redirect");
        return;
    }
    if (fetch_url_read(to, &next, &err) != 0) {
        OWNED_STR why = NULL;
        if (asprintf(&why, "it redirects to where nothing can be: %s",
                     err.msg) < 0)
            why = NULL;
        fail(f, why ? why : "out of memory");
        return;
    }
    if (strcmp(next.origin, f->url.origin) != 0)
        f->own_origin = false;
    change_method(f, transfer_status(&f->transfer));
    transfer_clear(&f->transfer);
    fetch_url_clear(&f->url);
    f->url = next;
    f->redirects++;
    begin(f);
}

static void
transferred(CURL *easy, CURLcode code)
{
    struct transfer *t = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
    struct fetch *f = t->owner;
    const char *to = NULL;
    t->loop = NULL;
    const char *wrong = transfer_failure(t, code);
    if (wrong != NULL) {
        fail(f, wrong);
        return;
    }
    if (is_redirect(transfer_status(t)) &&
        !json_is_false(json_object_get(f->head, "redirect")))
        to = transfer_redirect(t);
    if (to != NULL)
        follow(f, to);
    else
        answer(f);
}

/* The host's addresses are known. */
static void
connect_to(struct fetch *f)
{
    /* A length is sent with a POST, also of nothing. */
    bool none = !f->with_body && f->method != fetch_method("POST") &&
                f->method != fetch_method("PUT") &&
                f->method != fetch_method("PATCH");
    struct span body = {(const uint8_t *)"", 0};
    if (f->with_body && f->body.len > 0)
        body = (struct span){f->body.data, f->body.len};
    json_array_clear(f->dropped);
    const struct transfer_request request = {
        .method = f->method_name,
        .url = &f->url,
        .rule = f->rule,
        .headers =
            fetch_headers_make(json_object_get(f->head, "headers"), f->rule,
                               f->own_origin, f->with_body, f->dropped),
        .body = none ? (struct span){NULL, 0} : body,
        .pinned = &f->pinned,
        .ca_file = f->gateway->ca_file,
        .body_max = f->gateway->body_max,
    };
    f->transfer.owner = f;
    if (request.headers == NULL ||
        transfer_begin(&f->transfer, &f->job->loops[f->rule->internal],
                       &request) != 0)
        fail(f, "out of memory");
}

static void
resolved(struct question *question, const struct addresses *found,
         const char *why)
{
    struct fetch *f = (struct fetch *)question;
    if (found == NULL) {
        fail(f, why);
        return;
    }
    for (size_t i = 0; i < found->count; i++) {
        const char *what;
        enum address_kind kind =
            address_classify((const struct sockaddr *)&found->rows[i], &what);
        if (fetch_rule_allows(f->rule, kind))
            continue;
        OWNED_STR reason = NULL;
        if (asprintf(&reason, "the address of %s is %s", f->url.host, what) <
            0)
            reason = NULL;
        deny(f, reason ? reason : what,
             kind == ADDRESS_NEVER ? "No rule allows such an address"
             : kind == ADDRESS_METADATA && f->rule->internal
                 ? "The operator's rule must be for that host alone"
                 : "The operator's rule for it must say private = true");
        return;
    }
    f->pinned = *found;
    connect_to(f);
}

static void
begin(struct fetch *f)
{
    f->rule = fetch_rules_find(&f->gateway->rules, f->method, &f->url);
    if (f->rule != NULL) {
        resolver_ask(f->gateway->resolver, f->url.host, &f->question);
        return;
    }
    OWNED_STR fix = NULL;
    if (asprintf(&fix,
                 "Ask the operator for a rule: [gateways.%s] rules = [\"%s "
                 "%s%.*s\"]",
                 f->client->gateway->name, f->method_name, f->url.origin,
                 SHOWN, f->url.path.plain) < 0)
        fix = NULL;
    deny(f, "no rule of the gateway lets it through",
         fix ? fix : "Ask the operator for a rule");
}

/* --- a call ---- */

static void
out_of_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    fail(arg, "timed out");
}

static int
set_timer(struct fetch *f, struct err *err)
{
    const json_t *timeout = json_object_get(f->head, "timeout");
    json_int_t ms = json_integer_value(timeout);
    if (timeout == NULL || json_is_null(timeout))
        return 0;
    if (!json_is_integer(timeout) || ms < 1 || ms > 86400000)
        return err_set(err, ERR_USAGE, 0,
                       "the timeout is not between 1 ms and a day");
    const struct timeval in = {ms / 1000, ms % 1000 * 1000};
    f->timer = evtimer_new(f->client->gateway->base, out_of_time, f);
    if (f->timer == NULL || event_add(f->timer, &in) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

static int
read_head(struct fetch *f, struct span head, struct err *err)
{
    if (!json_text_is_modest(head.data, head.len))
        return err_set(err, ERR_USAGE, 0,
                       "the request's head is no JSON of modest size");
    f->head = json_loadb((const char *)head.data, head.len, 0, NULL);
    if (f->head == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "the request's head is no JSON, or has half of a "
                       "character");
    const char *url = json_string_value(json_object_get(f->head, "url"));
    f->method_name = json_string_value(json_object_get(f->head, "method"));
    if (url == NULL || f->method_name == NULL)
        return err_set(err, ERR_USAGE, 0, "the request has no method or URL");
    f->method = fetch_method(f->method_name);
    if (f->method < 0)
        return err_set(err, ERR_USAGE, 0,
                       "the method is none of GET, HEAD, POST, PUT, PATCH, "
                       "DELETE and OPTIONS, in capitals");
    const char *wrong =
        fetch_headers_check(json_object_get(f->head, "headers"));
    if (wrong != NULL)
        return err_set(err, ERR_USAGE, 0, "%s", wrong);
    return fetch_url_read(url, &f->url, err);
}

static int
read_call(struct fetch *f, struct span data, struct err *err)
{
    struct span head;
    if (span_take_field(&data, &head, NULL) != 0)
        return err_set(err, ERR_USAGE, 0, "a request without a head");
    if (read_head(f, head, err) != 0 || set_timer(f, err) != 0 ||
        buf_add(&f->body, data.data, data.len, err) != 0)
        return -1;
    f->with_body = data.len > 0;
    f->own_origin = true;
    return 0;
}

static void
fetch_call(struct client *client, struct span data)
{
    struct fetch_gateway *gateway = client->gateway->state;
    struct fetch *f = calloc(1, sizeof *f);
    struct err err = {0};
    json_t *dropped = json_array();
    if (f == NULL || dropped == NULL || gateway->running == FETCH_RUNNING) {
        free(f);
        json_decref(dropped);
        client_fail(client, "too many requests are under way: try again");
        return;
    }
    gateway->running++;
    f->client = client;
    f->job = client->state;
    f->job->running = f;
    f->gateway = gateway;
    f->dropped = dropped;
    f->question.done = resolved;
    if (read_call(f, data, &err) == 0) {
        begin(f);
        return;
    }
    end(f);
    client_fail(client, "%s", err.msg);
}

static void
fetch_cancel(struct client *client)
{
    struct fetch_client *job = client->state;
    if (job->running != NULL)
        end(job->running);
}

static void
fetch_leave(struct client *client)
{
    struct fetch_client *job = client->state;
    for (int i = 0; i < 2; i++)
        curl_loop_clear(&job->loops[i]);
    free(job);
}

static int
fetch_join(struct client *client, struct err *err)
{
    struct fetch_client *job = calloc(1, sizeof *job);
    if (job == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    client->state = job;
    for (int i = 0; i < 2; i++)
        if (curl_loop_init(&job->loops[i], client->gateway->base, transferred,
                           err) != 0) {
            fetch_leave(client);
            return -1;
        }
    return 0;
}

static int
fetch_open(struct gateway *gateway, const json_t *keys, struct err *err)
{
    struct fetch_gateway *fetch;
    if (fetch_gateway_open(gateway, keys, &fetch, err) != 0)
        return -1;
    gateway->state = fetch;
    return 0;
}

static void
fetch_close(struct gateway *gateway)
{
    fetch_gateway_close(gateway->state);
}

const struct gateway_kind gateway_fetch = {
    .name = "fetch",
    .open = fetch_open,
    .close = fetch_close,
    .join = fetch_join,
    .call = fetch_call,
    .cancel = fetch_cancel,
    .leave = fetch_leave,
};
