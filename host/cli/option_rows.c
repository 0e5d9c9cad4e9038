/* Every option: what it is called, where it works, what it does. */
#include "host/cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/policy/units.h"

static int
add(struct option_list *list, const char *value, struct err *err)
{
    const char **grown =
        realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    list->items = grown;
    list->items[list->count++] = value;
    return 0;
}

static int
read_number(const char *option, const char *value, int64_t low, int64_t high,
            int64_t *out, struct err *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (value[0] == '\0' || strchr(" \t\n\v\f\r+", value[0]) || *end != '\0')
        return err_set(err, ERR_USAGE, 0, "--%s \"%s\" is not a whole number",
                       option, value);
    if (errno != 0 || number < low || number > high)
        return err_set(err, ERR_USAGE, 0,
                       "--%s %s is out of range: write %lld to %lld", option,
                       value, (long long)low, (long long)high);
    *out = number;
    return 0;
}

static int
set_limit(struct options *o, enum policy_limit limit, const char *value,
          struct err *err)
{
    o->limit_given[limit] = true;
    return units_parse(value, &policy_limit_rows[limit], &o->limits[limit],
                       err);
}

static int
set_code(struct options *o, const char *value, struct err *err)
{
    (void)err;
    o->code = value;
    return 0;
}

static int
set_module(struct options *o, const char *value, struct err *err)
{
    (void)err;
    o->module = value;
    return 0;
}

static int
set_cpu(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_CPU, value, err);
}

static int
set_wall(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_WALL, value, err);
}

static int
set_memory(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_MEMORY, value, err);
}

static int
set_output(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_OUTPUT, value, err);
}

static int
set_files(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_FILES, value, err);
}

static int
set_fuel(struct options *o, const char *value, struct err *err)
{
    return set_limit(o, POLICY_FUEL_LIMIT, value, err);
}

static int
set_nice(struct options *o, const char *value, struct err *err)
{
    int64_t number;
    if (read_number("nice", value, 0, 19, &number, err) != 0)
        return -1;
    o->nice = (int)number;
    return 0;
}

static int
set_file(struct options *o, const char *value, struct err *err)
{
    return add(&o->files, value, err);
}

static int
set_dir(struct options *o, const char *value, struct err *err)
{
    return add(&o->dirs, value, err);
}

static int
set_out(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0, "--out needs a directory");
    o->out = value;
    return 0;
}

static int
set_stdin(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0,
                       "--stdin needs a path, or - for immure's own stdin");
    o->input = value;
    return 0;
}

static int
set_env(struct options *o, const char *value, struct err *err)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL)
        return err_set(err, ERR_USAGE, 0,
                       "--env-var \"%s\" has no value: write --env-var "
                       "NAME=VALUE (immure's own environment is never "
                       "passed on)",
                       value);
    if (equals == value)
        return err_set(err, ERR_USAGE, 0,
                       "--env-var \"%s\" has no name: write --env-var "
                       "NAME=VALUE",
                       value);
    for (size_t i = 0; i < o->env.count; i++)
        if (strncmp(o->env.items[i], value, (size_t)(equals - value) + 1) == 0)
            return err_set(err, ERR_USAGE, 0, "--env-var %.*s is given twice",
                           (int)(equals - value), value);
    return add(&o->env, value, err);
}

static int
set_globals(struct options *o, const char *value, struct err *err)
{
    (void)err;
    o->globals = value;
    return 0;
}

static int
set_seed(struct options *o, const char *value, struct err *err)
{
    o->seeded = true;
    return read_number("seed", value, INT64_MIN, INT64_MAX, &o->seed, err);
}

static int
set_policy(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0,
                       "--policy needs a file or the name of a profile");
    o->policy = value;
    return 0;
}

static int
set_import(struct options *o, const char *value, struct err *err)
{
    for (size_t i = 0; i < o->imports.count; i++)
        if (strcmp(o->imports.items[i], value) == 0)
            return err_set(err, ERR_USAGE, 0,
                           "--allow-import %s is given twice", value);
    return add(&o->imports, value, err);
}

static int
set_folder(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0,
                       "--env needs a folder: a virtual environment, or /usr "
                       "for the system's packages");
    return add(&o->folders, value, err);
}

static int
set_grant(struct options *o, const char *value, struct err *err)
{
    const char *what = strchr(value, '=');
    bool answers = what == NULL || strncmp(what, "=exec:", 6) == 0 ||
                   strncmp(what, "=stub:", 6) == 0;
    return add(answers ? &o->grants : &o->gateways, value, err);
}

static int
set_audit(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0, "--audit needs the name of a file");
    o->audit = value;
    return 0;
}

static int
set_json(struct options *o, const char *value, struct err *err)
{
    (void)value, (void)err;
    o->json = true;
    return 0;
}

static int
set_report(struct options *o, const char *value, struct err *err)
{
    if (value[0] == '\0')
        return err_set(err, ERR_USAGE, 0, "--report needs the path of a file");
    o->report = value;
    return 0;
}

static int
set_report_fd(struct options *o, const char *value, struct err *err)
{
    int64_t number;
    if (read_number("report-fd", value, 0, 1 << 20, &number, err) != 0)
        return -1;
    o->report_fd = (int)number;
    return 0;
}

static int
set_explain(struct options *o, const char *value, struct err *err)
{
    (void)value, (void)err;
    o->explain = true;
    return 0;
}

static int
set_echo(struct options *o, const char *value, struct err *err)
{
    (void)value, (void)err;
    o->echo = true;
    return 0;
}

static int
set_help(struct options *o, const char *value, struct err *err)
{
    (void)value, (void)err;
    o->help = true;
    return 0;
}

static int
set_version(struct options *o, const char *value, struct err *err)
{
    (void)value, (void)err;
    o->version = true;
    return 0;
}

enum { BOTH = FOR_RUN | FOR_HOST, ALL = BOTH | FOR_REPL };

/* clang-format off */
const struct option_row option_rows[] = {
    {NULL, 'c', "CODE", "run CODE, a text",
     GROUP_WHAT, FOR_RUN, .last = true, .set = set_code},
    {NULL, 'm', "MODULE", "run MODULE of the current folder, or of the\nstandard library",
     GROUP_WHAT, FOR_RUN, .last = true, .set = set_module},

    {"cpu", 0, "TIME", "processor time (default 2s)",
     GROUP_LIMITS, ALL, .set = set_cpu},
    {"wall", 0, "TIME", "time by the clock (default 5s)",
     GROUP_LIMITS, ALL, .set = set_wall},
    {"memory", 0, "SIZE", "memory the guest may take (default 256M)",
     GROUP_LIMITS, ALL, .set = set_memory},
    {"output", 0, "SIZE", "stdout and stderr together (default 1M)",
     GROUP_LIMITS, ALL, .set = set_output},
    {"files", 0, "SIZE", "given files together; the files the guest makes;\nstdin (default 16M)",
     GROUP_LIMITS, FOR_RUN, .set = set_files},
    {"fuel", 0, "N", "steps of Python, 50M say: the same program takes\nthe same number in every run; the patched\nengine only",
     GROUP_LIMITS, FOR_RUN, .set = set_fuel},
    {"nice", 0, "N", "scheduling priority, 0 (default) to 19 (lowest)",
     GROUP_LIMITS, BOTH, .set = set_nice},

    {"file", 0, "NAME[=PATH]", "give the file PATH; open(NAME) reads it;\nmay be repeated",
     GROUP_GUEST, FOR_RUN, .repeats = true, .set = set_file},
    {"dir", 0, "NAME=PATH", "give a directory with all that is in it, as\nfiles below NAME; may be repeated",
     GROUP_GUEST, FOR_RUN, .repeats = true, .set = set_dir},
    {"stdin", 0, "PATH", "give sys.stdin, - for immure's own stdin;\nwithout it the guest's stdin is empty",
     GROUP_GUEST, FOR_RUN, .set = set_stdin},
    {"env-var", 0, "NAME=VALUE", "set a variable of os.environ, which is\notherwise empty; may be repeated",
     GROUP_GUEST, FOR_RUN, .repeats = true, .set = set_env},
    {"globals", 0, "JSON|@FILE", "set global variables from a JSON object; the\nresult then holds the globals at the end",
     GROUP_GUEST, FOR_RUN, .set = set_globals},
    {"seed", 0, "N", "seed `random`: the same draws at every run",
     GROUP_GUEST, FOR_RUN, .set = set_seed},

    {"policy", 0, "FILE|NAME", "a policy file, or a profile (default pure)",
     GROUP_POLICY, ALL, .set = set_policy},
    {"allow-import", 0, "MODULE", "let the guest import MODULE too; may be\nrepeated",
     GROUP_POLICY, ALL, .repeats = true, .set = set_import},
    {"env", 0, "DIR", "import those from a virtual environment, or\nfrom /usr: the system's packages; may be repeated",
     GROUP_POLICY, ALL, .repeats = true, .set = set_folder},

    {"grant", 0, "NAME=...", "let the guest call a function outside:\nNAME=exec:COMMAND, a command that answers lines\nof JSON, NAME=stub:JSON, or NAME=URI, a gateway;\nmay be repeated",
     GROUP_POLICY, BOTH, .repeats = true, .set = set_grant},

    {"json", 0, NULL, "print the result object on stdout; the guest's\noutput is inside it",
     GROUP_RESULT, BOTH, .set = set_json},
    {"report", 0, "FILE", "write the result object to FILE; the guest's\noutput passes through",
     GROUP_RESULT, BOTH, .set = set_report},
    {"report-fd", 0, "N", "the same, to an open descriptor",
     GROUP_RESULT, BOTH, .set = set_report_fd},
    {"out", 0, "DIR", "write the files that the guest made or changed\nbelow /job into DIR",
     GROUP_RESULT, FOR_RUN, .set = set_out},
    {"audit", 0, "FILE", "append a line of JSON to FILE for each call of\na function or gateway",
     GROUP_RESULT, BOTH, .set = set_audit},
    {"echo", 0, NULL, "print the lines of a pipe behind their prompts",
     GROUP_RESULT, FOR_REPL, .set = set_echo},
    {"explain", 0, NULL, "after the run, print what was denied: its line,\nthe rule, and what would allow it",
     GROUP_RESULT, BOTH, .set = set_explain},

    {"help", 'h', NULL, "print this text",
     GROUP_OTHER, ALL, .set = set_help},
    {"version", 0, NULL, "print the version of immure and of its engine",
     GROUP_OTHER, ALL, .set = set_version},
};
/* clang-format on */

const size_t option_row_count = sizeof option_rows / sizeof *option_rows;
