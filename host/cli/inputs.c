#include "host/cli/inputs.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/slurp.h"
#include "host/cli/tree.h"
#include "host/policy/units.h"

enum { GLOBALS_MAX = 16 << 20, GLOBALS_DEPTH = 200, LABEL_CAP = 256 };

static int
no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, 0, "out of memory");
}

/* NAME in the guest: below its folder and in one spelling.  "./a//b" becomes
 * "a/b"; what would leave the folder is refused. */
static int
normal_name(const char *option, const char *given, size_t length, char **out,
            struct err *err)
{
    OWNED_STR name = calloc(1, length + 1);
    if (name == NULL)
        return no_memory(err);
    size_t n = 0;
    bool bad = length == 0 || given[0] == '/' || given[length - 1] == '/';
    for (size_t at = 0; at < length && !bad;) {
        const char *part = given + at;
        const char *slash = memchr(part, '/', length - at);
        size_t len = slash ? (size_t)(slash - part) : length - at;
        bad = len == 2 && memcmp(part, "..", 2) == 0;
        if (len > 0 && !(len == 1 && part[0] == '.')) {
            if (n > 0)
                name[n++] = '/';
            memcpy(name + n, part, len);
            n += len;
        }
        at += len + 1;
    }
    if (bad || n == 0)
        return err_set(err, ERR_USAGE, 0,
                       "%s \"%.*s\": the guest's name of a file is "
                       "relative, without \"..\": write %s NAME=PATH, "
                       "for example %s data%s=/srv/data%s",
                       option, (int)length, given, option, option,
                       strcmp(option, "--dir") == 0 ? "" : ".csv",
                       strcmp(option, "--dir") == 0 ? "" : ".csv");
    *out = take_str(&name);
    return 0;
}

struct budget {
    uint64_t limit, left;
};

static int
read_within(const struct slurp *what, const struct budget *budget,
            char **out_data, size_t *out_len, struct err *err)
{
    char limit[UNITS_TEXT], text[128];
    units_show(budget->limit, POLICY_SIZE, limit);
    snprintf(text, sizeof text,
             "over %sthe files limit of %s: raise it with --files SIZE",
             budget->left < budget->limit ? "what is left of " : "", limit);
    struct slurp bounded = *what;
    bounded.max = budget->left;
    bounded.too_large = text;
    return slurp_read(&bounded, out_data, out_len, err);
}

/* Takes both. */
static int
add_file(struct inputs *in, char **name, char **data, size_t len,
         struct err *err)
{
    if (in->nfiles == in->room) {
        size_t room = in->room ? 2 * in->room : 16;
        struct immure_file *grown = realloc(in->files, room * sizeof *grown);
        if (grown == NULL)
            return no_memory(err);
        in->files = grown;
        in->room = room;
    }
    in->files[in->nfiles++] =
        (struct immure_file){take_str(name), {take_str(data), len}};
    return 0;
}

static int
read_file(struct inputs *in, const char *given, struct budget *budget,
          struct err *err)
{
    char label[LABEL_CAP];
    const char *equals = strchr(given, '=');
    const char *path = equals ? equals + 1 : given;
    OWNED_STR name = NULL;
    OWNED_STR data = NULL;
    size_t len;
    if (normal_name("--file", given,
                    equals ? (size_t)(equals - given) : strlen(given), &name,
                    err) != 0)
        return -1;
    for (size_t i = 0; i < in->nfiles; i++)
        if (strcmp(in->files[i].name, name) == 0)
            return err_set(err, ERR_USAGE, 0, "--file %s is given twice",
                           name);
    snprintf(label, sizeof label, "--file %s: ", name);
    const struct slurp what = {.path = path, .fd = -1, .label = label};
    if (read_within(&what, budget, &data, &len, err) != 0)
        return -1;
    budget->left -= len;
    return add_file(in, &name, &data, len, err);
}

/* What --dir is about. */
struct directory {
    struct inputs *in;
    const char *name; /* NAME, normal; "" for /job itself */
    const char *path;
    struct budget *budget;
};

static int
found(void *arg, const char *below, int fd, struct err *err)
{
    const struct directory *dir = arg;
    char label[LABEL_CAP];
    size_t len = 0;
    OWNED_STR name = NULL;
    OWNED_STR data = NULL;
    if (asprintf(&name, "%s%s%s", dir->name, dir->name[0] ? "/" : "", below) <
        0)
        return no_memory(err);
    snprintf(label, sizeof label, "--dir \"%s\": ", dir->path);
    const struct slurp what = {.path = below, .fd = fd, .label = label};
    if (fd >= 0 && read_within(&what, dir->budget, &data, &len, err) != 0)
        return -1;
    dir->budget->left -= len;
    return add_file(dir->in, &name, &data, len, err);
}

static int
read_dir(struct inputs *in, const char *given, struct budget *budget,
         struct err *err)
{
    const char *equals = strchr(given, '=');
    const char *path = equals ? equals + 1 : given;
    size_t length = equals ? (size_t)(equals - given) : strlen(given);
    OWNED_STR name = NULL;
    OWNED_STR folder = NULL;
    OWNED_STR nothing = NULL;
    bool home = equals != NULL && length == 1 && given[0] == '.';
    if (!home && normal_name("--dir", given, length, &name, err) != 0)
        return -1;
    struct directory dir = {in, home ? "" : name, path, budget};
    const struct tree_sink sink = {found, &dir};
    if (home)
        return tree_walk(path, &sink, err);
    if (asprintf(&folder, "%s/", name) < 0)
        return no_memory(err);
    if (add_file(in, &folder, &nothing, 0, err) != 0)
        return -1;
    return tree_walk(path, &sink, err);
}

static int
read_files(struct inputs *in, const struct options *o, uint64_t limit,
           struct err *err)
{
    struct budget budget = {limit, limit};
    for (size_t i = 0; i < o->dirs.count; i++)
        if (read_dir(in, o->dirs.items[i], &budget, err) != 0)
            return -1;
    for (size_t i = 0; i < o->files.count; i++)
        if (read_file(in, o->files.items[i], &budget, err) != 0)
            return -1;
    return 0;
}

static int
read_input(struct inputs *in, const struct cli *cli, const struct options *o,
           uint64_t limit, struct err *err)
{
    const struct budget budget = {limit, limit};
    if (o->input == NULL)
        return 0;
    bool own = strcmp(o->input, "-") == 0;
    if (own && cli->closed[STDIN_FILENO])
        return err_set(err, ERR_USAGE, 0,
                       "--stdin -: immure's stdin is closed");
    const struct slurp what = {.path = own ? "<stdin>" : o->input,
                               .fd = own ? STDIN_FILENO : -1,
                               .label = "--stdin: "};
    return read_within(&what, &budget, &in->input, &in->input_len, err);
}

static bool
too_deep(const json_t *value, int left)
{
    size_t i;
    const char *key;
    json_t *item;
    bool deep = left == 0;
    if (json_is_array(value) && !deep)
        json_array_foreach(value, i, item)
            deep |= too_deep(item, left - 1);
    if (json_is_object(value) && !deep)
        /* The macro takes json_t *, and changes nothing. */
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
            deep |= too_deep(item, left - 1);
    return deep;
}

static int
check_globals(const char *text, size_t len, struct err *err)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "object", [JSON_ARRAY] = "array",
        [JSON_STRING] = "text",   [JSON_INTEGER] = "number",
        [JSON_REAL] = "number",   [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",   [JSON_NULL] = "null"};
    json_error_t where;
    json_t *value =
        json_loadb(text, len,
                   JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES |
                       JSON_DECODE_INT_AS_REAL,
                   &where);
    if (value == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "--globals is not JSON: line %d, column %d: %s",
                       where.line, where.column, where.text);
    bool object = json_is_object(value), deep = too_deep(value, GLOBALS_DEPTH);
    const char *kind = kinds[json_typeof(value)];
    json_decref(value);
    if (!object)
        return err_set(err, ERR_USAGE, 0,
                       "--globals must be a JSON object, like {\"x\": 1}, "
                       "not %s%s",
                       strchr("aeio", kind[0]) ? "an " : "a ", kind);
    if (deep)
        return err_set(err, ERR_USAGE, 0,
                       "--globals is nested over %d levels deep",
                       GLOBALS_DEPTH);
    return 0;
}

static int
read_globals(struct inputs *in, const char *given, struct err *err)
{
    size_t len;
    if (given == NULL)
        return 0;
    const struct slurp what = {
        .path = given + 1,
        .fd = -1,
        .label = "--globals: ",
        .max = GLOBALS_MAX,
        .too_large = "over 16M: too large for globals",
    };
    if (given[0] == '@') {
        if (slurp_read(&what, &in->globals, &len, err) != 0)
            return -1;
    } else {
        in->globals = strdup(given);
        len = strlen(given);
        if (in->globals == NULL)
            return no_memory(err);
    }
    return check_globals(in->globals, len, err);
}

int
inputs_read(const struct cli *cli, const struct options *options,
            uint64_t files_limit, struct inputs *out, struct err *err)
{
    *out = (struct inputs){0};
    if (read_globals(out, options->globals, err) != 0 ||
        read_files(out, options, files_limit, err) != 0)
        return -1;
    return read_input(out, cli, options, files_limit, err);
}

void
inputs_clear(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->nfiles; i++) {
        /* Ours; the library's struct only reads them. */
        free((void *)(uintptr_t)inputs->files[i].name);
        free((void *)(uintptr_t)inputs->files[i].content.data);
    }
    free(inputs->files);
    free(inputs->input);
    free(inputs->globals);
    *inputs = (struct inputs){0};
}
