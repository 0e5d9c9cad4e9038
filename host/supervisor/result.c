#include "host/supervisor/result.h"

#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/buf.h"
#include "host/cleanup.h"
#include "host/supervisor/json_text.h"

/* The object is written as text: a tree of it took a tenth of the time between
 * a small job's end and its answer.  What has a tree, or is seldom there, is
 * written from one. */
struct text {
    struct buf bytes;
    bool failed; /* out of memory */
};

static void
put(struct text *t, const char *data, size_t len)
{
    if (!t->failed && buf_add(&t->bytes, data, len, NULL) != 0)
        t->failed = true;
}

__attribute__((format(printf, 2, 3))) static void
put_format(struct text *t, const char *format, ...)
{
    char line[512]; /* numbers, and names of our own */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof line)
        t->failed = true;
    else
        put(t, line, (size_t)n);
}

/* Takes the reference; NULL is a failure. */
static void
put_tree(struct text *t, const char *key, json_t *value)
{
    put_format(t, ", \"%s\": ", key);
    if (value == NULL || json_text_add(&t->bytes, value, NULL) != 0)
        t->failed = true;
    json_decref(value);
}

/* The letter behind the backslash; 0: none is needed; -1: it is not this
 * simple. */
static int
escape_of(uint8_t c)
{
    switch (c) {
    case '\n':
        return 'n';
    case '\t':
        return 't';
    case '"':
    case '\\':
        return c;
    }
    return c >= 0x20 && c < 0x7f ? 0 : -1;
}

static bool
is_simple(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (escape_of(data[i]) < 0)
            return false;
    return true;
}

static void
put_text(struct text *t, const char *key, const uint8_t *data, size_t len)
{
    size_t from = 0;
    if (!is_simple(data, len)) {
        put_tree(t, key, claims_text(data, len));
        return;
    }
    put_format(t, ", \"%s\": \"", key);
    for (size_t i = 0; i < len; i++) {
        const char pair[2] = {'\\', (char)escape_of(data[i])};
        if (pair[1] == 0)
            continue;
        put(t, (const char *)data + from, i - from);
        put(t, pair, sizeof pair);
        from = i + 1;
    }
    if (from < len)
        put(t, (const char *)data + from, len - from);
    put(t, "\"", 1);
}

static void
put_name(struct text *t, const char *key, const char *value)
{
    put_text(t, key, (const uint8_t *)value, strlen(value));
}

static void
put_real(struct text *t, const char *key, double value)
{
    char number[32];
    snprintf(number, sizeof number, "%.6g", value);
    put_format(t, "\"%s\": %s%s, ", key, number,
               strpbrk(number, ".e") ? "" : ".0");
}

static void
put_id(struct text *t)
{
    uint64_t raw = 0;
    (void)!getrandom(&raw, sizeof raw, 0);
    put_format(t, "{\"id\": \"%016llx\"", (unsigned long long)raw);
}

/* The number, or null below 0. */
static void
put_number(struct text *t, const char *key, long long value)
{
    if (value < 0)
        put_format(t, ", \"%s\": null", key);
    else
        put_format(t, ", \"%s\": %lld", key, value);
}

static void
put_truth(struct text *t, const char *key, bool value)
{
    put_format(t, ", \"%s\": %s", key, value ? "true" : "false");
}

static json_t *
limit_object(const struct result_input *in, enum immure_verdict verdict)
{
    const struct facts *f = in->facts;
    if (f->limit != LIMIT_NONE)
        return json_pack(
            "{s:s, s:I, s:I, s:s, s:s}", "name", limit_name_text(f->limit),
            "value", (json_int_t)f->limit_value, "used",
            (json_int_t)f->limit_used, "phase", f->hard ? "hard" : "soft",
            "layer", f->by_kernel ? "kernel" : "supervisor");
    if (in->claims->memory && verdict == IMMURE_ERROR)
        return json_pack("{s:s, s:I, s:I, s:s, s:s}", "name", "memory",
                         "value", (json_int_t)in->limits->memory, "used",
                         (json_int_t)f->mem_peak, "phase", "soft", "layer",
                         "guest");
    if (verdict == IMMURE_FUEL)
        return json_pack("{s:s, s:I, s:I, s:s, s:s}", "name", "fuel", "value",
                         (json_int_t)in->limits->fuel, "used",
                         (json_int_t)in->claims->fuel_used, "phase", "soft",
                         "layer", "guest");
    return json_null();
}

/* The tracer's architecture is the kernel's AUDIT_ARCH_*, as libseccomp's. */
static json_t *
syscall_object(const struct trace_call *call)
{
    if (!call->known)
        return json_null();
    char *name = seccomp_syscall_resolve_num_arch(call->arch, call->number);
    json_t *object =
        json_pack("{s:s, s:i, s:s}", "name", name ? name : "unknown", "number",
                  call->number, "arch",
                  call->arch == seccomp_arch_native() ? "native" : "foreign");
    free(name);
    return object;
}

static json_t *
exception_object(const struct claims *claims)
{
    if (claims->exception == NULL)
        return json_null();
    json_t *object = json_copy(claims->exception);
    json_t *text = json_incref(json_object_get(object, "text"));
    json_object_del(object, "text");
    json_object_set(object, "frames", claims->frames);
    json_object_set_new(object, "text", text);
    return object;
}

static void
put_usage(struct text *t, const struct result_input *in)
{
    const struct facts *f = in->facts;
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        {"wall_ms", f->wall_ms},
        {"mem_peak", f->mem_peak},
        {"faults", f->minor_faults + f->major_faults},
        {"minor_faults", f->minor_faults},
        {"major_faults", f->major_faults},
        {"voluntary_switches", f->voluntary_switches},
        {"involuntary_switches", f->involuntary_switches},
        {"output_bytes", in->out->bytes + in->errs->bytes},
    };
    put_format(t, ", \"usage\": {\"cpu_ms\": %llu",
               (unsigned long long)f->cpu_ms);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put_number(t, rows[i].key, (long long)rows[i].value);
    put_number(t, "fuel",
               in->claims->fuel_known ? (long long)in->claims->fuel_used : -1);
    put(t, "}", 1);
}

static void
put_stream(struct text *t, const char *name, const struct capture *c)
{
    char key[32];
    put_text(t, name, c->kept.data, c->kept.len);
    snprintf(key, sizeof key, "%s_bytes", name);
    put_number(t, key, (long long)c->bytes);
    snprintf(key, sizeof key, "%s_truncated", name);
    put_truth(t, key, c->truncated);
}

static void
put_facts(struct text *t, const struct result_input *in)
{
    const struct facts *f = in->facts;
    int exit_code, signal;
    enum immure_verdict v = facts_verdict(f, in->claims, &exit_code, &signal);
    const char *why = f->why;
    if (v == IMMURE_ERROR && !in->claims->ended)
        why = "the guest's process ended without its end report";
    put_id(t);
    put_name(t, "verdict", immure_verdict_name(v));
    put_tree(t, "limit", limit_object(in, v));
    put_number(t, "exit_code", exit_code);
    put_number(t, "signal", signal ? signal : -1);
    put_tree(t, "syscall", syscall_object(&f->syscall));
    if (why[0])
        put_name(t, "why", why);
    else
        put_number(t, "why", -1);
    put_stream(t, "stdout", in->out);
    put_stream(t, "stderr", in->errs);
    put_usage(t, in);
    put_format(t, ", \"timing\": {");
    put_real(t, "queue_ms", (double)f->queue_us / 1000);
    put_real(t, "start_ms", (double)f->start_us / 1000);
    put_format(t, "\"run_ms\": %llu}", (unsigned long long)f->wall_ms);
    put_tree(t, "calls", calls_json(in->calls));
    put_name(t, "policy", in->policy);
    put_name(t, "engine", in->engine);
}

/* Globals go in as the text they came in: see claims.c. */
static void
put_claims(struct text *t, const struct claims *claims)
{
    const char *globals = claims->globals ? claims->globals : "null";
    put_number(t, "value", -1);
    put_tree(t, "exception", exception_object(claims));
    put_tree(t, "denials", json_incref(claims->denials));
    put_tree(t, "files", json_incref(claims->files.rows));
    put_truth(t, "files_truncated", claims->files.truncated);
    put(t, ", \"globals\": ", strlen(", \"globals\": "));
    put(t, globals, strlen(globals));
    put(t, "}", 2); /* and a NUL */
}

/* Silence says it all: see `brief` in immure.h. */
static bool
has_to_tell(const struct result_input *in)
{
    int exit_code, signal;
    return facts_verdict(in->facts, in->claims, &exit_code, &signal) !=
               IMMURE_OK ||
           in->out->bytes + in->errs->bytes > 0 ||
           json_array_size(in->claims->denials) > 0 ||
           calls_refused(in->calls);
}

int
result_text(const struct result_input *in, char **out, struct err *err)
{
    if (in->brief && !has_to_tell(in)) {
        *out = strdup("");
        return *out ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    struct text text = {.failed = false};
    put_facts(&text, in);
    put_claims(&text, in->claims);
    if (text.failed) {
        buf_clear(&text.bytes);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    *out = (char *)text.bytes.data;
    return 0;
}
