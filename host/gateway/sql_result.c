#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/base64.h"
#include "host/cleanup.h"
#include "host/gateway/sql.h"

/* --- errors --- */

int
sql_fail(struct sql_error *error, const char *kind, const char *fmt, ...)
{
    va_list args;
    *error = (struct sql_error){.kind = kind};
    va_start(args, fmt);
    vsnprintf(error->text, sizeof error->text, fmt, args);
    va_end(args);
    return -1;
}

int
sql_refuse(struct sql_error *error, const char *rule, const char *fix,
           const char *fmt, ...)
{
    va_list args;
    *error = (struct sql_error){
        .kind = "ProgrammingError", .rule = rule, .fix = fix};
    va_start(args, fmt);
    vsnprintf(error->text, sizeof error->text, fmt, args);
    va_end(args);
    return -1;
}

/* clang-format off */
/* SQLSTATE, or the first two characters of it, which are its class (SQL:2016,
 * PostgreSQL's appendix A).  The first that fits stands. */
static const struct {
    const char *begins, *kind;
} states[] = {
    {"0A",    "NotSupportedError"},
    {"21",    "DataError"}, {"22", "DataError"},
    {"23",    "IntegrityError"}, {"27", "IntegrityError"},
    {"26",    "ProgrammingError"}, {"34", "ProgrammingError"},
    {"42",    "ProgrammingError"}, {"3D", "ProgrammingError"},
    {"3F",    "ProgrammingError"}, {"44", "ProgrammingError"},
    {"0B",    "InternalError"}, {"24", "InternalError"},
    {"25",    "InternalError"}, {"2D", "InternalError"},
    {"3B",    "InternalError"}, {"XX", "InternalError"},
};
/* clang-format on */

int
sql_fail_state(struct sql_error *error, const char *state, const char *text)
{
    const char *kind = "OperationalError";
    if (strcmp(state, "25006") == 0)
        (void)sql_refuse(error, "read_only",
                         "Ask the operator to set read_only = false", "%s",
                         text);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strncmp(state, states[i].begins, 2) == 0) {
            kind = states[i].kind;
            break;
        }
    if (strcmp(state, "25006") != 0)
        (void)sql_fail(error, kind, "%s", text);
    snprintf(error->code, sizeof error->code, "%s", state);
    return -1;
}

/* --- results --- */

static void
give(struct sql_result *r, const char *text, size_t len)
{
    if (r->failed)
        return;
    if (len > r->size_left) {
        r->failed = true;
        (void)sql_fail(r->error, "DataError",
                       "the result is over the size that the policy allows");
        return;
    }
    r->size_left -= len;
    if (buf_add(r->out, text, len, NULL) == 0)
        return;
    r->failed = true;
    (void)sql_fail(r->error, "OperationalError", "out of memory");
}

static void
give_text(struct sql_result *r, const char *text)
{
    give(r, text, strlen(text));
}

void
sql_result_begin(struct sql_result *r, struct buf *out,
                 const struct sql_settings *settings, struct sql_error *error)
{
    *r = (struct sql_result){.out = out,
                             .rows_left = settings->rows,
                             .size_left = settings->size,
                             .error = error};
    give_text(r, "{\"columns\":");
}

/* The length of the UTF-8 sequence at p, or 0. */
static size_t
utf8_len(const unsigned char *p, size_t left)
{
    size_t n = p[0] < 0x80   ? 1
               : p[0] < 0xc2 ? 0
               : p[0] < 0xe0 ? 2
               : p[0] < 0xf0 ? 3
               : p[0] < 0xf5 ? 4
                             : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

/* A string of JSON.  What is no UTF-8 becomes U+FFFD. */
static void
give_string(struct sql_result *r, const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t plain = 0; /* passed over, and not given yet */
    give(r, "\"", 1);
    for (size_t i = 0; i < len && !r->failed;) {
        char escape[8];
        size_t n = utf8_len(p + i, len - i);
        if (n > 0 && p[i] >= ' ' && p[i] != '"' && p[i] != '\\') {
            plain += n;
            i += n;
            continue;
        }
        give(r, text + i - plain, plain);
        plain = 0;
        snprintf(escape, sizeof escape, "\\u%04x", n > 0 ? p[i] : 0xfffdu);
        give_text(r, escape);
        i++;
    }
    give(r, text + len - plain, plain);
    give(r, "\"", 1);
}

void
sql_result_column(struct sql_result *r, const char *name, const char *type)
{
    give_text(r, r->columns++ == 0 ? "[[" : ",[");
    give_string(r, name, strlen(name));
    give_text(r, ",");
    if (type != NULL)
        give_string(r, type, strlen(type));
    else
        give_text(r, "null");
    give_text(r, "]");
}

static void
begin_rows(struct sql_result *r)
{
    if (r->rows == 0)
        give_text(r, r->columns > 0 ? "],\"rows\":[" : "null,\"rows\":[");
}

bool
sql_result_row(struct sql_result *r)
{
    if (r->rows_left == 0 && !r->failed) {
        r->failed = true;
        (void)sql_fail(r->error, "DataError",
                       "the result has more rows than the policy allows");
    }
    begin_rows(r);
    give_text(r, r->rows == 0 ? "[" : "],[");
    r->rows++;
    r->rows_left--;
    r->column = 0;
    return !r->failed;
}

static void
begin_value(struct sql_result *r)
{
    if (r->column++ > 0)
        give(r, ",", 1);
}

void
sql_result_null(struct sql_result *r)
{
    begin_value(r);
    give_text(r, "null");
}

void
sql_result_bool(struct sql_result *r, bool value)
{
    begin_value(r);
    give_text(r, value ? "true" : "false");
}

void
sql_result_int(struct sql_result *r, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    begin_value(r);
    give_text(r, text);
}

void
sql_result_float(struct sql_result *r, double value)
{
    char text[40];
    if (!isfinite(value)) {
        const char *name = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
        sql_result_tagged(r, 'f', name, strlen(name));
        return;
    }
    /* A point or an exponent: it comes back as what it is. */
    int n = snprintf(text, sizeof text, "%.17g", value);
    if (strpbrk(text, ".e") == NULL)
        snprintf(text + n, sizeof text - (size_t)n, ".0");
    begin_value(r);
    give_text(r, text);
}

/* Of a server: taken only if it is what JSON calls an integer. */
void
sql_result_digits(struct sql_result *r, const char *text)
{
    const char *at = text + (*text == '-');
    bool fine =
        *at != '\0' && strlen(at) < 32 && !(at[0] == '0' && at[1] != '\0');
    for (; *at != '\0'; at++)
        fine = fine && *at >= '0' && *at <= '9';
    if (!fine) {
        sql_result_text(r, text, strlen(text));
        return;
    }
    begin_value(r);
    give_text(r, text);
}

void
sql_result_text(struct sql_result *r, const char *text, size_t len)
{
    begin_value(r);
    give_string(r, text, len);
}

void
sql_result_tagged(struct sql_result *r, char tag, const char *text, size_t len)
{
    const char head[] = {'{', '"', tag, '"', ':'};
    begin_value(r);
    give(r, head, sizeof head);
    give_string(r, text, len);
    give(r, "}", 1);
}

void
sql_result_bytes(struct sql_result *r, const void *data, size_t len)
{
    if (r->failed || len / 3 * 4 > r->size_left) {
        give(r, "", r->size_left + 1); /* says why */
        return;
    }
    OWNED_STR text = base64_encode(data, len);
    if (text == NULL) {
        r->failed = true;
        (void)sql_fail(r->error, "OperationalError", "out of memory");
        return;
    }
    sql_result_tagged(r, 'b', text, strlen(text));
}

int
sql_result_end(struct sql_result *r, int64_t count, int64_t last)
{
    char text[96];
    begin_rows(r);
    snprintf(text, sizeof text, "%s,\"count\":%lld,\"last\":%lld}",
             r->rows == 0 ? "]" : "]]", (long long)count, (long long)last);
    r->size_left += sizeof text;
    give_text(r, text);
    return r->failed ? -1 : 0;
}
