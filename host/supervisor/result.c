#include "host/supervisor/result.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/cleanup.h"

static json_t *
job_id(void)
{
    unsigned char raw[8] = {0};
    char text[2 * sizeof raw + 1];
    (void)!getrandom(raw, sizeof raw, 0);
    for (size_t i = 0; i < sizeof raw; i++)
        snprintf(text + 2 * i, 3, "%02x", raw[i]);
    return json_string(text);
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

static json_t *
usage_object(const struct result_input *in)
{
    const struct facts *f = in->facts;
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        {"cpu_ms", f->cpu_ms},
        {"wall_ms", f->wall_ms},
        {"mem_peak", f->mem_peak},
        {"faults", f->minor_faults + f->major_faults},
        {"minor_faults", f->minor_faults},
        {"major_faults", f->major_faults},
        {"voluntary_switches", f->voluntary_switches},
        {"involuntary_switches", f->involuntary_switches},
        {"output_bytes", in->out->bytes + in->errs->bytes},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        json_object_set_new(object, rows[i].key,
                            json_integer((json_int_t)rows[i].value));
    json_object_set_new(object, "fuel",
                        in->claims->fuel_known
                            ? json_integer((json_int_t)in->claims->fuel_used)
                            : json_null());
    return object;
}

static json_t *
text_or_null(const char *s)
{
    return s[0] ? json_string(s) : json_null();
}

static int
add_facts(json_t *o, const struct result_input *in)
{
    const struct facts *f = in->facts;
    int exit_code, signal;
    enum immure_verdict v = facts_verdict(f, in->claims, &exit_code, &signal);
    const char *why = f->why;
    if (v == IMMURE_ERROR && !in->claims->ended)
        why = "the guest's process ended without its end report";
    json_object_set_new(o, "id", job_id());
    json_object_set_new(o, "verdict", json_string(immure_verdict_name(v)));
    json_object_set_new(o, "limit", limit_object(in, v));
    json_object_set_new(o, "exit_code",
                        exit_code < 0 ? json_null() : json_integer(exit_code));
    json_object_set_new(o, "signal",
                        signal ? json_integer(signal) : json_null());
    json_object_set_new(o, "syscall", syscall_object(&f->syscall));
    json_object_set_new(o, "why", text_or_null(why));
    const struct {
        const char *name;
        const struct capture *c;
    } streams[] = {{"stdout", in->out}, {"stderr", in->errs}};
    for (int i = 0; i < 2; i++) {
        char key[32];
        const struct capture *c = streams[i].c;
        json_object_set_new(o, streams[i].name,
                            claims_text(c->kept.data, c->kept.len));
        snprintf(key, sizeof key, "%s_bytes", streams[i].name);
        json_object_set_new(o, key, json_integer((json_int_t)c->bytes));
        snprintf(key, sizeof key, "%s_truncated", streams[i].name);
        json_object_set_new(o, key, json_boolean(c->truncated));
    }
    json_object_set_new(o, "usage", usage_object(in));
    json_object_set_new(o, "timing",
                        json_pack("{s:f, s:f, s:I}", "queue_ms",
                                  (double)f->queue_us / 1000, "start_ms",
                                  (double)f->start_us / 1000, "run_ms",
                                  (json_int_t)f->wall_ms));
    json_object_set_new(o, "calls", calls_json(in->calls));
    json_object_set_new(o, "policy", json_string(in->policy));
    return json_object_set_new(o, "engine", json_string(in->engine));
}

/* Globals go in as the text they came in: see claims.c. */
static char *
splice_globals(const char *text, const char *globals)
{
    size_t n = strlen(text) - 1; /* without the closing brace */
    char *whole;
    if (asprintf(&whole, "%.*s, \"globals\": %s}", (int)n, text,
                 globals ? globals : "null") < 0)
        return NULL;
    return whole;
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
    json_t *o = json_object();
    if (o == NULL || add_facts(o, in) != 0) {
        json_decref(o);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    json_object_set_new(o, "value", json_null());
    json_object_set_new(o, "exception", exception_object(in->claims));
    json_object_set(o, "denials", in->claims->denials);
    json_object_set(o, "files", in->claims->files.rows);
    json_object_set_new(o, "files_truncated",
                        json_boolean(in->claims->files.truncated));
    OWNED_STR text = json_dumps(o, JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
    json_decref(o);
    char *whole = text ? splice_globals(text, in->claims->globals) : NULL;
    if (whole == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *out = whole;
    return 0;
}
