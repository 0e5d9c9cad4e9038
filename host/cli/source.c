#include "host/cli/source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/nearest.h"
#include "host/cli/slurp.h"

enum { CODE_MAX = 16 << 20 };

static int
name_source(struct source *out, const char *filename, const char *argv0,
            struct err *err)
{
    out->filename = strdup(filename);
    out->argv0 = strdup(argv0);
    if (out->filename == NULL || out->argv0 == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

static int
read_code(struct source *out, const char *path, int fd, struct err *err)
{
    const struct slurp what = {
        .path = path,
        .fd = fd,
        .label = "",
        .max = CODE_MAX,
        .too_large = "over 16M: too large for a program",
    };
    if (slurp_read(&what, &out->code, &out->len, err) != 0)
        return -1;
    const char *nul = memchr(out->code, '\0', out->len);
    if (nul == NULL)
        return 0;
    size_t line = 1;
    for (const char *p = out->code; p < nul; p++)
        line += *p == '\n';
    return err_set(err, ERR_USAGE, 0,
                   "\"%s\" has a NUL byte in line %zu: no Python source (a "
                   "program in UTF-16 must be saved as UTF-8)",
                   path, line);
}

static int
from_stdin(const struct cli *cli, const struct options *o, struct source *out,
           struct err *err)
{
    if (o->input != NULL && strcmp(o->input, "-") == 0)
        return err_set(err, ERR_USAGE, 0,
                       "- and --stdin -: immure's stdin can be the program "
                       "or the guest's input, not both");
    if (cli->closed[STDIN_FILENO])
        return err_set(err, ERR_USAGE, 0,
                       "-: the program is to come from stdin, which is "
                       "closed");
    if (read_code(out, "<stdin>", STDIN_FILENO, err) != 0)
        return -1;
    return name_source(out, "<stdin>", "-", err);
}

/* A file that is not there may be a mistyped command. */
static int
from_file(const char *path, struct source *out, struct err *err)
{
    if (read_code(out, path, -1, err) == 0)
        return name_source(out, path, path, err);
    if (strchr(path, '/') != NULL || access(path, F_OK) == 0)
        return -1;
    for (const struct command *c = cli_commands; c->name; c++)
        if (strcmp(path, c->name) != 0 && nearest_is_typo(path, c->name))
            return err_set(err, ERR_USAGE, 0,
                           "no file and no command \"%s\"; did you mean "
                           "immure %s?",
                           path, c->name);
    return -1;
}

static bool
is_module_name(const char *name)
{
    bool begins = true;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
        bool letter = (*p | 32) >= 'a' && (*p | 32) <= 'z';
        bool digit = *p >= '0' && *p <= '9';
        if (*p == '.' ? begins
                      : !letter && *p != '_' && *p < 128 && (begins || !digit))
            return false;
        begins = *p == '.';
    }
    return !begins;
}

static bool
is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* The path of a module's program, as a guest will see it.  In the current
 * folder it stays relative: where the operator keeps it is not for guests. */
static int
find_module(const char *module, char path[PATH_MAX], struct err *err)
{
    static const char *const roots[] = {"", PYTHON_STDLIB "/"};
    static const char *const ends[] = {".py", "/__main__.py"};
    if (!is_module_name(module))
        return err_set(err, ERR_USAGE, 0,
                       "-m \"%s\" is no name of a module: write -m NAME or "
                       "-m PACKAGE.NAME",
                       module);
    for (int i = 0; i < 4; i++) {
        const char *root = roots[i / 2];
        int n = snprintf(path, PATH_MAX, "%s%s%s", root, module, ends[i % 2]);
        if (n >= PATH_MAX)
            return err_set(err, ERR_USAGE, 0, "-m: too long a name");
        for (size_t at = strlen(root), k = 0; k < strlen(module); k++)
            if (path[at + k] == '.')
                path[at + k] = '/';
        if (is_file(path))
            return 0;
    }
    return err_set(err, ERR_USAGE, 0,
                   "no module %s: it is neither %s.py nor %s/__main__.py "
                   "here (dots are slashes), nor in " PYTHON_STDLIB,
                   module, module, module);
}

static int
from_module(const char *module, struct source *out, struct err *err)
{
    char path[PATH_MAX];
    if (find_module(module, path, err) != 0 ||
        read_code(out, path, -1, err) != 0)
        return -1;
    return name_source(out, path, path, err);
}

static int
from_code(const char *code, struct source *out, struct err *err)
{
    out->code = strdup(code);
    if (out->code == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    out->len = strlen(code);
    return name_source(out, "<string>", "-c", err);
}

int
source_read(const struct cli *cli, const struct options *options,
            struct source *out, struct err *err)
{
    *out = (struct source){.first_arg = options->operands};
    if (options->code != NULL)
        return from_code(options->code, out, err);
    if (options->module != NULL)
        return from_module(options->module, out, err);
    if (options->operands >= cli->argc)
        return err_set(err, ERR_USAGE, 0,
                       "nothing to run: write immure FILE, immure -c CODE, "
                       "immure -m MODULE, or immure - for a program on "
                       "stdin; see immure --help");
    const char *path = cli->argv[out->first_arg++];
    if (strcmp(path, "-") == 0)
        return from_stdin(cli, options, out, err);
    return from_file(path, out, err);
}

void
source_clear(struct source *source)
{
    free(source->code);
    free(source->filename);
    free(source->argv0);
    *source = (struct source){0};
}
