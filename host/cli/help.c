/* --help and --version: made from the tables that the program works by. */
#include "host/cli/help.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/output.h"
#include "host/cli/say.h"
#include "host/cli/tool.h"

enum { HELP_COLUMN = 26 };

/* clang-format off */
static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_WHAT]   = "What to run",
    [GROUP_LIMITS] = "Limits (TIME: 500ms 2s 1m, SIZE: 64K 256M 1G)",
    [GROUP_GUEST]  = "What the program is given (nothing else is there)",
    [GROUP_POLICY] = "Policy",
    [GROUP_RESULT] = "Result",
    [GROUP_OTHER]  = "Other",
};

static const char run_head[] =
    "usage: immure [run] [OPTIONS] FILE | -c CODE | -m MODULE | -  [ARGS...]\n"
    "       immure COMMAND ...\n"
    "\n"
    "Runs a Python program that you do not trust.  It can compute and print;\n"
    "files, network, processes and the machine are out of its reach.  Options\n"
    "stand before the program; what stands after it goes to sys.argv.\n";

static const char run_tail[] =
    "\n"
    "Examples:\n"
    "  immure hello.py\n"
    "  immure --cpu 1s --memory 64M -c 'print(sum(range(10)))'\n"
    "  immure --file data.csv --json summary.py\n"
    "  immure --stdin poem.txt --explain longest.py 2\n";

static const char host_head[] =
    "usage: immure host [OPTIONS] PROG.py [ARGS...]\n"
    "\n"
    "Runs a program of yours, with your rights, until it calls\n"
    "sys.enter_jail(): from there on it is confined like any guest, for good.\n"
    "Its stdin is immure's own until then, and empty afterwards.\n";

static const char host_tail[] =
    "\n"
    "Example:\n"
    "  immure host --wall 1m service.py\n";

static const char repl_head[] =
    "usage: immure repl [OPTIONS]\n"
    "\n"
    "Takes Python from you, line by line, and runs it in a guest behind all\n"
    "layers.  Lines that begin with a colon are for immure: they tell why\n"
    "something is denied, change the policy and show what that changes.  Reads\n"
    "a pipe as well.  :help lists the commands, ^C interrupts, ^D leaves.\n";

static const char repl_tail[] =
    "\n"
    "Examples:\n"
    "  immure repl\n"
    "  immure repl --policy grader.toml --cpu 1s\n"
    "  printf 'import os\\nos.system(\"ls\")\\n' | immure repl --echo\n"
    "\n"
    "Exit status:\n"
    "  0      the input came to its end, whatever the guests did\n"
    "  120    stdout took no more\n"
    "  125    a wrong option or policy, or no confinement\n";

static const char statuses[] =
    "\n"
    "Exit status:\n"
    "  0-123  the program's own; a higher one becomes 1\n"
    "  1      an uncaught exception\n"
    "  120    stdout or the report could not be written\n"
    "  124    over a limit: cpu, wall, memory, output or fuel\n"
    "  125    nothing ran: a wrong option, file or policy, or no confinement\n"
    "  126    an uncaught JailError: the program tried what is denied\n"
    "  128+N  killed by the wall or crashed, by signal N\n";

static const char policy_text[] =
    "usage: immure policy check FILE|NAME...\n"
    "       immure policy show [--effective|--origin|--json] [FILE|NAME]\n"
    "       immure policy explain NAME...\n"
    "       immure policy diff OLD NEW\n"
    "       immure policy test [--junit] [--no-attacks] FILE|NAME...\n"
    "\n"
    "check    reads policy files (or profiles, by name) and prints the hash of\n"
    "         the policy in effect, or the line that is wrong and what to write\n"
    "show     prints a policy as it is written; --effective: all that is in\n"
    "         effect; --origin: and the file and line of each value; --json:\n"
    "         as programs give it to immure_policy_open()\n"
    "explain  tells whether a guest has a module, function, type or attribute,\n"
    "         which rule decides that, why, and what to do instead\n"
    "diff     tells what guests of NEW can do that those of OLD cannot, and\n"
    "         what they no longer can\n"
    "test     runs the assertions in FILE.test.toml, and those of the policies\n"
    "         that it extends, and immure's own attacks against its guests\n"
    "         (--no-attacks: not these); prints TAP, or JUnit's XML\n"
    "\n"
    "Examples:\n"
    "  immure policy check grader.toml\n"
    "  immure policy explain os.system socket\n"
    "  immure policy diff pure grader.toml\n"
    "\n"
    "Exit status:\n"
    "  0      every file is right, every name is known; diff: no more power;\n"
    "         test: every assertion holds, no attack has its effect\n"
    "  1      explain: a name is unknown; diff: NEW gives more power;\n"
    "         test: an assertion does not hold, or an attack has its effect\n"
    "  2      diff: a file is wrong\n"
    "  125    a file is wrong, or a wrong command line\n";

static const char doctor_text[] =
    "usage: immure doctor [--json] [--policy FILE|NAME]\n"
    "\n"
    "Puts up every layer of the wall in a process of its own, alone, and tries\n"
    "there what the layer is to stop.  For one that does not hold it says how\n"
    "to get it on this machine.  Changes nothing and leaves nothing behind.\n"
    "\n"
    "holds      what it stops was tried, and was refused\n"
    "absent     this kernel, or this user, cannot have it\n"
    "no effect  it is there, and stops nothing\n"
    "\n"
    "  --json                    the same as one JSON object\n"
    "  --policy FILE|NAME        and the layers that this policy requires\n"
    "\n"
    "Exit status:\n"
    "  0      immure runs guests here, behind the floor at least\n"
    "  1      below the floor, or without a layer that the policy requires\n"
    "  125    a wrong command line or policy, or doctor itself failed\n";

static const char grade_text[] =
    "usage: immure grade --tests FILE --student FILE [OPTIONS]\n"
    "       immure grade --tests FILE --batch DIR --out FILE [OPTIONS]\n"
    "       immure grade verify --key FILE RESULT\n"
    "\n"
    "Marks a submission.  Tests and expected answers are in one guest, the\n"
    "student's code is in another; calls are carried between them as data.\n"
    "\n"
    "  --tests FILE    functions test_*, unittest classes, doctests\n"
    "  --policy P      of both guests: FILE or NAME (grader)\n"
    "  --key FILE      sign each result (HMAC-SHA256)\n"
    "\n"
    "One submission:\n"
    "  --student FILE  the submission\n"
    "  --format F      json, otter, nbgrader, gradescope, prairielearn, junit\n"
    "  --points        print points and maximum alone\n"
    "\n"
    "A class:\n"
    "  --batch DIR     every *.py in it; the same command goes on after a crash\n"
    "  --out FILE      the results, one JSON object a line\n"
    "  --jobs N        so many submissions at a time (2)\n"
    "  --report FILE   and a page for a browser: pass rates, times, errors\n"
    "\n"
    "Tests:\n"
    "  @points(2)                                 # a return value: a part\n"
    "  @timeout(\"500ms\", call=\"100ms\")\n"
    "  def test_square():\n"
    "      assert student.square(3) == 9\n"
    "  @hidden\n"
    "  def test_script():\n"
    "      assert student.run(stdin=\"3\\n\").stdout == \"9\\n\"\n"
    "\n"
    "Exit status:\n"
    "  0      there are marks, whatever they are; verify: the signature is right\n"
    "  1      batch: some could not be marked; verify: not signed by this key\n"
    "  120    stdout took no more\n"
    "  125    wrong tests, a wrong command line or policy, or no confinement\n";

static const char app_text[] =
    "usage: immure app [OPTIONS] DIR|app.toml ...\n"
    "\n"
    "Hosts WSGI applications, each in workers of its own behind all layers.  A\n"
    "folder has an app.toml; only two lines of it have to be there:\n"
    "\n"
    "  name = \"shop\"\n"
    "  entry = \"shop:app\"      # MODULE:CALLABLE, in shop.py beside it\n"
    "\n"
    "  --listen ADDR      HOST:PORT, [HOST]:PORT or unix:PATH (127.0.0.1:8000);\n"
    "                     may be given more than once\n"
    "  --access-log FILE  combined format; - is stdout (none)\n"
    "  --error-log FILE   what applications print, tracebacks, what was denied\n"
    "                     and why; - is stdout (stderr)\n"
    "  --forwarded        a proxy is in front: believe its X-Forwarded-For,\n"
    "                     -Proto and -Host\n"
    "  --no-watch         reload at SIGHUP only, not when a file changes\n"
    "  --connections N    so many at once (4096)\n"
    "  --quiet            do not say where it listens\n"
    "\n"
    "SIGHUP reloads applications and opens the logs anew, SIGTERM and ^C end\n"
    "when the requests that are under way have been answered.\n"
    "\n"
    "Example:\n"
    "  immure app --access-log - examples/app/hello\n";

static const char bench_text[] =
    "usage: immure bench [--quick] [--json] [--svg FILE] [--only TEXT]\n"
    "\n"
    "Measures what a fresh guest costs on this machine, beside plain processes,\n"
    "python3, a Python fork server without a jail, and the sandboxes that are\n"
    "installed.  Rows are taken in turns; a ratio says how often the row's p50\n"
    "fits into that of python3 -I -S -c pass, or is over the row it is compared\n"
    "with.\n"
    "\n"
    "  --quick     under a minute\n"
    "  --json      {\"rows\": [{\"name\", \"p50_ms\", ...}]}\n"
    "  --svg FILE  a picture as well\n"
    "  --only TEXT  rows of one job with TEXT in their names, a few seconds\n";
/* clang-format on */

static void
print_row(const struct option_row *row)
{
    char left[64];
    int n = snprintf(left, sizeof left, "  ");
    if (row->letter != 0)
        n += snprintf(left + n, sizeof left - (size_t)n, "-%c%s", row->letter,
                      row->name ? ", " : "");
    if (row->name != NULL)
        n += snprintf(left + n, sizeof left - (size_t)n, "--%s", row->name);
    if (row->arg != NULL)
        snprintf(left + n, sizeof left - (size_t)n, " %s", row->arg);
    for (const char *line = row->help; line != NULL;) {
        int length = (int)strcspn(line, "\n");
        output_print("%-*s%.*s\n", HELP_COLUMN, left, length, line);
        line = line[length] ? line + length + 1 : NULL;
        left[0] = '\0';
    }
}

static void
print_options(enum option_command command)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (size_t i = 0; i < option_row_count; i++) {
            const struct option_row *row = &option_rows[i];
            if (row->group != (enum option_group)group ||
                !(row->commands & (unsigned)command))
                continue;
            if (!titled)
                output_print("\n%s:\n", group_titles[group]);
            titled = true;
            print_row(row);
        }
    }
}

static int
finish(void)
{
    int status = 0;
    (void)output_flush(&status);
    return status;
}

int
help_general(void)
{
    output_print("%s\nCommands (immure COMMAND --help tells more):\n",
                 run_head);
    for (const struct command *c = cli_commands; c->name; c++)
        output_print("  %-8s%s\n", c->name, c->summary);
    print_options(FOR_RUN);
    output_print("%s%s", run_tail, statuses);
    return finish();
}

int
help_host(void)
{
    output_print("%s", host_head);
    print_options(FOR_HOST);
    output_print("%s%s", host_tail, statuses);
    return finish();
}

int
help_repl(void)
{
    output_print("%s", repl_head);
    print_options(FOR_REPL);
    output_print("%s", repl_tail);
    return finish();
}

int
help_policy(void)
{
    output_print("%s", policy_text);
    return finish();
}

int
help_doctor(void)
{
    output_print("%s", doctor_text);
    return finish();
}

int
help_grade(void)
{
    output_print("%s", grade_text);
    return finish();
}

int
help_app(void)
{
    output_print("%s", app_text);
    return finish();
}

int
help_bench(void)
{
    output_print("%s", bench_text);
    return finish();
}

/* The engine is a library that is found when a program starts: only a program
 * that has it can say which one that is. */
static void
print_engine(void)
{
    const char *const args[] = {"explain", "--engine", NULL};
    OWNED_STR said = NULL;
    struct err err = {0};
    int status;
    if (tool_run(args, &said, &status, &err) == 0)
        output_print("engine  %s", said);
    else
        output_print("engine  unknown: %s\n", err.msg);
}

int
help_version(void)
{
    struct utsname machine;
    output_print("immure %s\n", PACKAGE_VERSION);
    print_engine();
    output_print("built   %s %s, jansson %s, ",
#ifdef __clang__
                 "clang", __clang_version__,
#else
                 "gcc", __VERSION__,
#endif
                 JANSSON_VERSION);
#ifdef __SANITIZE_ADDRESS__
    output_print("with sanitizers, ");
#endif
    output_print("for %s\n",
                 uname(&machine) == 0 ? machine.machine : "this machine");
    return finish();
}

int
cmd_help(const struct cli *cli, int *out_status, struct err *err)
{
    static const struct {
        const char *name;
        int (*print)(void);
    } texts[] = {
        {"run", help_general},   {"host", help_host},
        {"repl", help_repl},     {"policy", help_policy},
        {"doctor", help_doctor}, {"bench", help_bench},
        {"grade", help_grade},   {"app", help_app},
        {"help", help_general},
    };
    const char *topic = cli->argc > 1 ? cli->argv[1] : "run";
    if (topic[0] == '-')
        topic = "run";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].name, topic) == 0) {
            *out_status = texts[i].print();
            return 0;
        }
    return err_set(err, ERR_USAGE, 0,
                   "immure has no command \"%s\"; see immure --help", topic);
}
