#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/gateway/sql.h"

enum { WORD_MAX = 24 };

/* clang-format off */
/* What a statement needs that begins with this word.  What is not here, and
 * what a server may come to know, is "other". */
static const struct {
    const char *word;
    unsigned classes; /* 0: begins or ends a transaction */
} firsts[] = {
    {"SELECT",   SQL_SELECT}, {"WITH",      SQL_SELECT},
    {"VALUES",   SQL_SELECT}, {"TABLE",     SQL_SELECT},
    {"SHOW",     SQL_SELECT}, {"EXPLAIN",   SQL_SELECT},
    {"DESCRIBE", SQL_SELECT}, {"DESC",      SQL_SELECT},
    {"INSERT",   SQL_INSERT}, {"REPLACE",   SQL_INSERT | SQL_DELETE},
    {"UPDATE",   SQL_UPDATE}, {"DELETE",    SQL_DELETE},
    {"TRUNCATE", SQL_DELETE},
    {"MERGE",    SQL_INSERT | SQL_UPDATE | SQL_DELETE},
    {"CREATE",   SQL_SCHEMA}, {"ALTER",     SQL_SCHEMA},
    {"DROP",     SQL_SCHEMA}, {"COMMENT",   SQL_SCHEMA},
    {"RENAME",   SQL_SCHEMA}, {"REINDEX",   SQL_SCHEMA},
    {"BEGIN",    0}, {"START",    0}, {"COMMIT",    0}, {"END",     0},
    {"ROLLBACK", 0}, {"ABORT",    0}, {"XA",        0},
};

/* And what it needs besides when one of these words is anywhere in it: a WITH
 * can delete, an INSERT can update, an EXPLAIN can run what it explains. */
static const struct {
    const char *word;
    unsigned classes;
} anywhere[] = {
    {"INSERT",  SQL_INSERT}, {"UPDATE",  SQL_UPDATE},
    {"DELETE",  SQL_DELETE}, {"MERGE",   SQL_INSERT | SQL_UPDATE | SQL_DELETE},
    {"CREATE",  SQL_SCHEMA}, {"EXECUTE", SQL_OTHER},
    {"OUTFILE", SQL_OTHER},  {"DUMPFILE", SQL_OTHER},
};

/* Behind CREATE, ALTER or DROP: more than a schema of one's own. */
static const char *const shared[] = {
    "ROLE", "USER", "GROUP", "DATABASE", "SYSTEM", "TABLESPACE", "SERVER",
    "EXTENSION", "LANGUAGE", "EVENT", "OWNED", "DEFAULT", "SUBSCRIPTION",
    "PUBLICATION", "FOREIGN",
};
/* clang-format on */

struct reader {
    enum sql_dialect dialect;
    const char *at, *end;
    struct sql_text *out;
    struct sql_error *error;
    size_t words;
    unsigned marks, highest; /* placeholders: ? and $1 */
    char last[2][WORD_MAX];  /* upper case; the newest first */
    char before;             /* the last that was no blank; 'a' for a word */
    int depth;               /* of parentheses */
    bool main;           /* SELECT and the like was there, outside of any */
    bool selects;        /* the first word is one of select's */
    bool changes_schema; /* it is CREATE, ALTER or DROP */
    bool writes;         /* INSERT or MERGE, directly before: INTO is its */
    bool ends;           /* it begins or ends a transaction */
    bool over;           /* a semicolon was there */
};

static int
give(struct reader *r, const char *text, size_t len)
{
    if (buf_add(&r->out->text, text, len, NULL) == 0)
        return 0;
    return sql_fail(r->error, "OperationalError", "out of memory");
}

/* Take what is there up to `to` as it is. */
static int
pass(struct reader *r, const char *to)
{
    const char *from = r->at;
    r->at = to < r->end ? to : r->end;
    return give(r, from, (size_t)(r->at - from));
}

static bool
is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool
is_word(char c)
{
    return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
starts(const struct reader *r, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(r->end - r->at) >= n && memcmp(r->at, text, n) == 0;
}

/* --- what is no word --- */

static const char *
behind_line(const struct reader *r)
{
    const char *at = r->at;
    /* A carriage return ends PostgreSQL's comments, too. */
    while (at < r->end && *at != '\n' &&
           (*at != '\r' || r->dialect != SQL_POSTGRES))
        at++;
    return at < r->end ? at + 1 : r->end;
}

/* PostgreSQL nests them, MariaDB does not. */
static const char *
behind_block(const struct reader *r)
{
    unsigned depth = 1;
    for (const char *at = r->at + 2; at + 1 < r->end; at++) {
        if (at[0] == '*' && at[1] == '/') {
            if (--depth == 0)
                return at + 2;
            at++;
        } else if (r->dialect == SQL_POSTGRES && at[0] == '/' &&
                   at[1] == '*') {
            depth++;
            at++;
        }
    }
    return r->end;
}

/* A doubled quote is two strings for this purpose. */
static const char *
behind_quoted(const struct reader *r, bool backslashes)
{
    char quote = *r->at;
    const char *at = r->at + 1;
    for (; at < r->end && *at != quote; at++)
        if (backslashes && *at == '\\')
            at++;
    return at + 1;
}

/* $tag$ ... $tag$, or NULL. */
static const char *
behind_dollars(const struct reader *r)
{
    const char *at = r->at + 1;
    if (at < r->end && *at >= '0' && *at <= '9')
        return NULL;
    while (at < r->end && is_word(*at) && *at != '$')
        at++;
    if (at == r->end || *at != '$')
        return NULL;
    size_t len = (size_t)(at + 1 - r->at);
    const char *found = memmem(at + 1, (size_t)(r->end - at - 1), r->at, len);
    return found ? found + len : r->end;
}

/* Where a comment or a text that begins here ends; NULL: none begins. */
static const char *
behind_silent(const struct reader *r)
{
    bool maria = r->dialect == SQL_MARIADB;
    char c = *r->at;
    if (starts(r, "--") && (!maria || r->at + 2 == r->end ||
                            (unsigned char)r->at[2] <= ' ' || r->at[2] == 127))
        return behind_line(r);
    if (maria && c == '#')
        return behind_line(r);
    if (starts(r, "/*"))
        return behind_block(r);
    if (c == '\'')
        return behind_quoted(r, maria);
    if (c == '"')
        return behind_quoted(r, maria);
    if (maria && c == '`')
        return behind_quoted(r, false);
    if (!maria && c == '$')
        return behind_dollars(r);
    return NULL;
}

/* --- words --- */

static void
take_first(struct reader *r, const char *word)
{
    unsigned classes = SQL_OTHER;
    if (strcmp(word, "SAVEPOINT") == 0 || strcmp(word, "RELEASE") == 0) {
        r->out->classes |= SQL_SELECT;
        return;
    }
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        if (strcmp(word, firsts[i].word) == 0)
            classes = firsts[i].classes;
    r->ends = classes == 0;
    r->selects = classes == SQL_SELECT;
    r->changes_schema = strcmp(word, "CREATE") == 0 ||
                        strcmp(word, "ALTER") == 0 ||
                        strcmp(word, "DROP") == 0;
    r->out->classes |= classes;
}

/* A lock is no change: FOR UPDATE, FOR NO KEY UPDATE. */
static bool
is_lock(const struct reader *r, const char *word)
{
    return strcmp(word, "UPDATE") == 0 &&
           (strcmp(r->last[0], "FOR") == 0 ||
            (strcmp(r->last[0], "KEY") == 0 && strcmp(r->last[1], "NO") == 0));
}

static void
take_other(struct reader *r, const char *word)
{
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (strcmp(word, anywhere[i].word) == 0 && !is_lock(r, word))
            r->out->classes |= anywhere[i].classes;
    /* SELECT ... INTO makes a table, or sets a variable. */
    if (strcmp(word, "INTO") == 0 && r->selects && !r->writes)
        r->out->classes |= r->dialect == SQL_POSTGRES ? SQL_SCHEMA : SQL_OTHER;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        if (r->changes_schema && r->words == 2 && strcmp(word, shared[i]) == 0)
            r->out->classes |= SQL_OTHER;
}

/* Behind the blanks and comments that begin here. */
static const char *
behind_blanks(const struct reader *r)
{
    struct reader ahead = *r;
    while (ahead.at < ahead.end) {
        bool comment = starts(&ahead, "--") || starts(&ahead, "/*");
        if (!comment && !is_space(*ahead.at))
            break;
        ahead.at = comment ? behind_silent(&ahead) : ahead.at + 1;
    }
    return ahead.at;
}

/* E'...': backslashes hold in all of it, also behind a doubled quote, and
 * behind a line's end, where the text goes on. */
static int
take_escaped(struct reader *r, const char *quote)
{
    if (pass(r, quote) != 0)
        return -1;
    while (r->at < r->end && *r->at == '\'')
        if (pass(r, behind_quoted(r, true)) != 0)
            return -1;
    const char *next = behind_blanks(r);
    if (next < r->end && *next == '\'')
        return sql_fail(r->error, "NotSupportedError",
                        "a text E'...' that goes on in another line is not "
                        "taken: write ||");
    return 0;
}

/* INSERT of a WITH, or of an EXPLAIN; not a name that is spelt so. */
static bool
begins_writing(const struct reader *r, const char *word)
{
    return (strcmp(word, "INSERT") == 0 || strcmp(word, "MERGE") == 0) &&
           (r->before == '(' ||
            (r->before == ')' && r->depth == 0 && !r->main) ||
            (r->words == 2 && strcmp(r->last[0], "EXPLAIN") == 0));
}

static int
take_word(struct reader *r)
{
    const char *end = r->at;
    char word[WORD_MAX] = "";
    while (end < r->end && is_word(*end))
        end++;
    size_t len = (size_t)(end - r->at);
    for (size_t i = 0; i < len && len < WORD_MAX; i++)
        word[i] = (char)(r->at[i] >= 'a' && r->at[i] <= 'z' ? r->at[i] - 32
                                                            : r->at[i]);
    /* E'...' has backslashes; then the quote belongs to the word. */
    if (r->dialect == SQL_POSTGRES && strcmp(word, "E") == 0 && end < r->end &&
        *end == '\'')
        return take_escaped(r, end);
    if (r->words++ == 0)
        take_first(r, word);
    else
        take_other(r, word);
    r->writes = begins_writing(r, word);
    r->main = r->main || (r->depth == 0 && (strcmp(word, "SELECT") == 0 ||
                                            strcmp(word, "VALUES") == 0 ||
                                            strcmp(word, "TABLE") == 0));
    /* ROLLBACK TO ends no more than a part of it. */
    if (r->words == 2 && strcmp(r->last[0], "ROLLBACK") == 0 &&
        strcmp(word, "TO") == 0) {
        r->ends = false;
        r->out->classes |= SQL_SELECT;
    }
    memcpy(r->last[1], r->last[0], WORD_MAX);
    memcpy(r->last[0], word, WORD_MAX);
    return pass(r, end);
}

static int
take_placeholder(struct reader *r)
{
    char text[24];
    if (r->dialect == SQL_POSTGRES && starts(r, "??")) {
        r->at += 2;
        return give(r, "?", 1);
    }
    r->at++;
    r->marks++;
    if (r->dialect == SQL_MARIADB)
        return give(r, "?", 1);
    /* With blanks: else $? would become a quote, $$1. */
    snprintf(text, sizeof text, " $%u ", r->marks);
    return give(r, text, strlen(text));
}

/* PostgreSQL's own, $1. */
static int
take_number(struct reader *r)
{
    char *end;
    unsigned long number = strtoul(r->at + 1, &end, 10);
    if (number > r->highest)
        r->highest = number < UINT16_MAX ? (unsigned)number : UINT16_MAX;
    return pass(r, end);
}

/* Of 1e1into both dialects read a number and a word. */
static const char *
behind_number(const struct reader *r)
{
    const char *at = r->at;
    bool based = r->end - at > 2 && at[0] == '0' && strchr("xXbBoO", at[1]);
    if (based) {
        at += 2;
        while (at < r->end && isxdigit((unsigned char)*at))
            at++;
        return at;
    }
    while (at < r->end && *at >= '0' && *at <= '9')
        at++;
    if (r->end - at > 1 && (*at == 'e' || *at == 'E')) {
        const char *digits = at + 1 + (at[1] == '+' || at[1] == '-');
        while (digits < r->end && *digits >= '0' && *digits <= '9')
            at = ++digits;
    }
    return at;
}

static int
take_token(struct reader *r)
{
    char c = *r->at;
    /* MariaDB runs what stands in such a comment. */
    if (r->dialect == SQL_MARIADB && (starts(r, "/*!") || starts(r, "/*M!")))
        return sql_fail(r->error, "NotSupportedError",
                        "comments that are run, /*!...*/, are not taken");
    const char *behind = behind_silent(r);
    bool comment = behind != NULL && (c == '-' || c == '#' || c == '/');
    if (comment)
        return pass(r, behind);
    if (is_space(c))
        return pass(r, r->at + 1);
    if (r->over && c != ';')
        return sql_fail(r->error, "ProgrammingError",
                        "a call runs one statement: another one stands "
                        "behind the semicolon");
    if (c == ';') {
        r->over = true;
        r->at++;
        return 0;
    }
    if (behind != NULL)
        return pass(r, behind);
    if (c == '?')
        return take_placeholder(r);
    if (is_word_start(c))
        return take_word(r);
    if (r->dialect == SQL_POSTGRES && c == '$' && r->end - r->at > 1 &&
        r->at[1] >= '0' && r->at[1] <= '9')
        return take_number(r);
    return pass(r, c >= '0' && c <= '9' ? behind_number(r) : r->at + 1);
}

static int
take(struct reader *r)
{
    char c = *r->at;
    bool blank = is_space(c) || starts(r, "--") || starts(r, "/*") ||
                 (r->dialect == SQL_MARIADB && c == '#');
    if (take_token(r) != 0)
        return -1;
    if (!blank)
        r->before = is_word_start(c) ? 'a' : c;
    r->depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    return 0;
}

int
sql_text_read(const char *sql, size_t len, enum sql_dialect dialect,
              struct sql_text *out, struct sql_error *error)
{
    struct reader r = {.dialect = dialect,
                       .at = sql,
                       .end = sql + len,
                       .out = out,
                       .error = error};
    *out = (struct sql_text){.placeholders = 0};
    while (r.at < r.end)
        if (take(&r) != 0)
            return -1;
    out->placeholders = r.marks > r.highest ? r.marks : r.highest;
    if (r.marks > 0 && r.highest > 0)
        return sql_fail(error, "ProgrammingError",
                        "placeholders are ? or $1, not both");
    if (r.words == 0)
        return sql_fail(error, "ProgrammingError", "no statement");
    if (r.ends)
        return sql_fail(error, "ProgrammingError",
                        "statements don't begin or end transactions here: "
                        "call commit() or rollback() of the connection");
    return give(&r, "", 1);
}

int
sql_check_classes(const struct sql_settings *settings, unsigned classes,
                  struct sql_error *error)
{
    unsigned lacking = classes & ~settings->classes;
    if (lacking == 0)
        return 0;
    if (settings->read_only)
        return sql_refuse(
            error, "read_only", "Ask the operator to set read_only = false",
            "a statement that is no query (%s)", sql_class_name(lacking));
    return sql_refuse(error, "statements",
                      "Ask the operator to name it in statements",
                      "a statement of the class %s", sql_class_name(lacking));
}
