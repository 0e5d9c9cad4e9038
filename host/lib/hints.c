#include "host/lib/hints.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/buf.h"
#include "host/cleanup.h"

/* C modules can't come late; the others of these have codecs in Python. */
#define codecs_in_c                                                           \
    "_codecs_cn,_codecs_hk,_codecs_iso2022,_codecs_jp,_codecs_kr,"            \
    "_codecs_tw,_multibytecodec"

/* What is imported by functions of the library that hold grants or are patched
 * before they run: the word that leads there, and the module. */
static const struct {
    const char *word, *modules;
} words[] = {
    {"IsolatedAsyncioTestCase", "unittest.async_case"},
    {"charset", codecs_in_c},
    {"codecs", codecs_in_c},
    {"decode", codecs_in_c},
    {"encode", codecs_in_c},
    {"encoding", codecs_in_c},
    {"get_docstring", "inspect"},
    {"get_type_hints", "typing"},
    {"singledispatch", "typing"},
    {"singledispatchmethod", "typing"},
    {"strptime", "_strptime"},
};

struct scan {
    bool *whole; /* one a name: it was written out */
    bool *last;  /* its last part was: the Y of `from X import Y` */
    bool any[sizeof words / sizeof *words];
    bool strings; /* names of modules are in strings: every word counts */
    bool dynamic; /* names may be made at run time: no telling */
};

static bool
is_word(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool
equals(const char *text, size_t len, const char *name)
{
    return strncmp(text, name, len) == 0 && name[len] == '\0';
}

static bool
is_one_of(const char *text, size_t len, const char *const *names)
{
    for (; *names != NULL; names++)
        if (equals(text, len, *names))
            return true;
    return false;
}

/* The place of a name, or hint_names_count. */
static size_t
find_name(const char *text, size_t len)
{
    size_t low = 0, high = hint_names_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(hint_names[middle], text, len);
        if (order == 0 && hint_names[middle][len] == '\0')
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return hint_names_count;
}

static void
mark(struct scan *scan, const char *text, size_t len)
{
    size_t at = find_name(text, len);
    if (at < hint_names_count)
        scan->whole[at] = true;
    const char *dot = memrchr(text, '.', len);
    if (dot != NULL) {
        mark(scan, text, (size_t)(dot - text)); /* a.b.c is in a.b */
        return;
    }
    for (size_t i = 0; i < hint_names_count; i++) {
        const char *part = strrchr(hint_names[i], '.');
        if (part != NULL && equals(text, len, part + 1))
            scan->last[i] = true;
    }
}

/* Any word of the text. */
static void
take_word(struct scan *scan, const char *text, size_t len)
{
    static const char *const makers[] = {
        "__builtins__", "__import__",    "compile", "eval",
        "exec",         "import_module", NULL};
    const char *dot = memrchr(text, '.', len);
    const char *part = dot != NULL ? dot + 1 : text;
    size_t part_len = len - (size_t)(part - text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (equals(part, part_len, words[i].word))
            scan->any[i] = true;
    scan->dynamic |= is_one_of(text, len, makers);
}

/* A word of an import statement. */
static void
take_import(struct scan *scan, const char *text, size_t len)
{
    static const char *const makers[] = {
        "builtins",    "code",    "codeop", "importlib", "pickle",
        "pickletools", "pkgutil", "runpy",  "shelve",    NULL};
    static const char *const quoters[] = {"doctest", "logging", "unittest",
                                          NULL};
    const char *dot = memchr(text, '.', len);
    size_t first = dot != NULL ? (size_t)(dot - text) : len;
    scan->dynamic |= is_one_of(text, first, makers);
    scan->strings |= is_one_of(text, first, quoters);
    mark(scan, text, len);
}

/* Words of import statements alone, or all of them. */
static void
scan_text(struct scan *scan, const char *text, size_t size, bool all)
{
    static const char *const starts[] = {"import", "from", NULL};
    bool importing = all;
    int depth = 0;
    for (size_t at = 0; at < size; at++) {
        size_t end = at;
        while (end < size && is_word((unsigned char)text[end]))
            end++;
        if (end > at) {
            take_word(scan, text + at, end - at);
            if (importing && all)
                mark(scan, text + at, end - at);
            else if (importing)
                take_import(scan, text + at, end - at);
            if (!importing && is_one_of(text + at, end - at, starts)) {
                importing = true;
                depth = 0;
            }
            at = end - 1;
            continue;
        }
        depth += (text[at] == '(') - (text[at] == ')');
        bool goes_on = depth > 0 || (at > 0 && text[at - 1] == '\\');
        if (text[at] == ';' || (text[at] == '\n' && !goes_on)) {
            importing = all;
            depth = 0;
        }
    }
}

static bool
is_python(const char *name)
{
    size_t len = strlen(name);
    return len > 3 && strcmp(name + len - 3, ".py") == 0;
}

static void
scan_job(struct scan *scan, const struct immure_job *job, bool all)
{
    scan_text(scan, job->code.data, job->code.len, all);
    for (size_t i = 0; i < job->nfiles; i++)
        if (is_python(job->files[i].name))
            scan_text(scan, job->files[i].content.data,
                      job->files[i].content.len, all);
}

/* A module whose last part was written, in a package that is wanted. */
static bool
is_below(const struct scan *scan, size_t at)
{
    const char *dot = strrchr(hint_names[at], '.');
    if (!scan->last[at] || dot == NULL)
        return false;
    size_t parent = find_name(hint_names[at], (size_t)(dot - hint_names[at]));
    return parent < hint_names_count && scan->whole[parent];
}

static int
add_name(struct buf *out, const char *name, struct err *err)
{
    if (out->len > 0 && buf_add(out, ",", 1, err) != 0)
        return -1;
    return buf_add(out, name, strlen(name), err);
}

static int
write_names(struct scan *scan, const struct immure_job *job, char **out,
            struct err *err)
{
    OWNED_BUFFER text = {0};
    for (size_t i = 0; i < hint_names_count; i++) {
        /* Sorted: a package comes before what is in it. */
        scan->whole[i] = scan->whole[i] || is_below(scan, i);
        if (scan->whole[i] && add_name(&text, hint_names[i], err) != 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (scan->any[i] && add_name(&text, words[i].modules, err) != 0)
            return -1;
    if (job->globals_json != NULL && add_name(&text, "json", err) != 0)
        return -1;
    if (buf_add(&text, "", 1, err) != 0)
        return -1;
    *out = (char *)text.data;
    text = (struct buf){0};
    return 0;
}

int
hints_find(const struct immure_job *job, char **out, struct err *err)
{
    struct scan scan = {.whole = calloc(hint_names_count, sizeof(bool)),
                        .last = calloc(hint_names_count, sizeof(bool))};
    int done = -1;
    if (scan.whole == NULL || scan.last == NULL) {
        err_set(err, ERR_MEMORY, 0, "out of memory");
    } else {
        scan_job(&scan, job, false);
        if (scan.strings)
            scan_job(&scan, job, true);
        done = 0;
        if (scan.dynamic)
            *out = NULL;
        else
            done = write_names(&scan, job, out, err);
    }
    free(scan.whole);
    free(scan.last);
    return done;
}
