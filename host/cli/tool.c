#include "host/cli/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/fd.h"
#include "host/paths.h"

enum { TEXT_MAX = 16 << 20 };

extern char **environ;

struct captured {
    int in;       /* pipe, owned; -1: /dev/null */
    int out, err; /* memory files or a pipe, owned; -1: not captured */
};

static void
captured_clear(struct captured *c)
{
    cleanup_fd(&c->in);
    cleanup_fd(&c->out);
    cleanup_fd(&c->err);
}

/* Memory files take all of both streams; two pipes would need a loop. */
static int
captured_init(struct captured *c, struct err *err)
{
    c->out = memfd_create("stdout", MFD_CLOEXEC);
    c->err = memfd_create("stderr", MFD_CLOEXEC);
    if (c->out < 0 || c->err < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a memory file");
    return 0;
}

static int
spawn(const char *const *argv, const struct captured *c, pid_t *out_pid,
      struct err *err)
{
    posix_spawn_file_actions_t actions;
    OWNED_FD null = fd_null(err);
    if (null < 0)
        return -1;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    int failed = posix_spawn_file_actions_adddup2(
        &actions, c->in >= 0 ? c->in : null, 0);
    if (failed == 0 && c->out >= 0)
        failed = posix_spawn_file_actions_adddup2(&actions, c->out, 1);
    if (failed == 0 && c->err >= 0)
        failed = posix_spawn_file_actions_adddup2(&actions, c->err, 2);
    /* posix_spawn(3) takes char *const[] and changes nothing in it. */
    if (failed == 0)
        failed = posix_spawn(out_pid, argv[0], &actions, NULL,
                             (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return err_set(err, ERR_SYSTEM, failed, "start %s", argv[0]);
    return 0;
}

static int
wait_for(pid_t pid, const char *name, int *out_status, struct err *err)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, ERR_SYSTEM, errno, "wait for %s", name);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) {
        *out_status = STATUS_OUTPUT_LOST;
        return 0;
    }
    if (!WIFEXITED(status))
        return err_set(err, ERR_GONE, 0, "%s was ended by signal %d", name,
                       WTERMSIG(status));
    *out_status = WEXITSTATUS(status);
    return 0;
}

static int
read_back(int fd, char **out, struct err *err)
{
    size_t len;
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(err, ERR_SYSTEM, errno, "read a memory file");
    return fd_read_all(fd, TEXT_MAX, out, &len, err);
}

/* The last line of stderr: a tool says one, a traceback ends with one. */
static int
fail_with(int fd, const char *name, int status, struct err *err)
{
    OWNED_STR said = NULL;
    if (read_back(fd, &said, err) != 0)
        return -1;
    size_t len = strlen(said);
    while (len > 0 && said[len - 1] == '\n')
        said[--len] = '\0';
    const char *newline = strrchr(said, '\n');
    const char *last = newline ? newline + 1 : said;
    if (last[0] == '\0')
        return err_set(err, ERR_POLICY, 0, "%s ended with status %d", name,
                       status);
    return err_set(err, ERR_POLICY, 0, "%s", last);
}

/* PROGRAM FIRST ARGS...: malloc'd, or NULL. */
static const char **
make_argv(const char *program, const char *first, const char *const *args)
{
    size_t n = 0;
    while (args[n] != NULL)
        n++;
    void *space = calloc(n + 3, sizeof(char *));
    const char **argv = space;
    if (argv == NULL)
        return NULL;
    argv[0] = program;
    argv[1] = first;
    memcpy(argv + 2, args, n * sizeof *args);
    return argv;
}

/* `first` and then args are the program's words. */
static int
run_program(const char *name, const char *first, const char *const *args,
            char **out_text, int *out_status, struct err *err)
{
    char program[PATH_MAX] = "";
    __attribute__((cleanup(cleanup_free))) const char **argv =
        make_argv(program, first, args);
    if (argv == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    __attribute__((cleanup(captured_clear))) struct captured c = {-1, -1, -1};
    pid_t pid;
    if (paths_program(name, program, sizeof program, err) != 0 ||
        (out_text != NULL && captured_init(&c, err) != 0) ||
        spawn(argv, &c, &pid, err) != 0 ||
        wait_for(pid, name, out_status, err) != 0)
        return -1;
    if (out_text == NULL)
        return 0;
    if (*out_status != 0)
        return fail_with(c.err, name, *out_status, err);
    return read_back(c.out, out_text, err);
}

static size_t
add_options(const char **args, size_t n, const char *option,
            const struct option_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        args[n++] = option;
        args[n++] = values->items[i];
    }
    return n;
}

int
tool_run(const char *const *args, char **out_text, int *out_status,
         struct err *err)
{
    return run_program("immure-zygote", "--tool", args, out_text, out_status,
                       err);
}

int
tool_start(const char *const *args, struct tool_talk *out, struct err *err)
{
    char program[PATH_MAX] = "";
    int to[2], from[2];
    __attribute__((cleanup(captured_clear))) struct captured c = {-1, -1, -1};
    __attribute__((cleanup(cleanup_free))) const char **argv =
        make_argv(program, "--tool", args);
    if (argv == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (paths_program("immure-zygote", program, sizeof program, err) != 0)
        return -1;
    if (pipe2(to, O_CLOEXEC) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a pipe");
    c.in = to[0];
    OWNED_FD ask = to[1];
    if (pipe2(from, O_CLOEXEC) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a pipe");
    c.out = from[1];
    OWNED_FD answers = from[0];
    c.err = memfd_create("stderr", MFD_CLOEXEC);
    if (c.err < 0)
        return err_set(err, ERR_SYSTEM, errno, "make a memory file");
    if (spawn(argv, &c, &out->pid, err) != 0)
        return -1;
    out->in = take_fd(&ask);
    out->out = take_fd(&answers);
    out->err = take_fd(&c.err);
    return 0;
}

int
tool_fail(const struct tool_talk *talk, struct err *err)
{
    return fail_with(talk->err, "immure-zygote", 1, err);
}

int
tool_doctor(char **out_text, struct err *err)
{
    const char *const none[] = {NULL};
    int status;
    return run_program("immure-supervisor", "--doctor", none, out_text,
                       &status, err);
}

int
tool_policy(const char *given, const struct options *options,
            struct policy *out, struct err *err)
{
    static const struct option_list none;
    const char *builtin = policy_builtin(given);
    const struct {
        const char *name;
        const struct option_list *list;
    } rows[] = {
        {"--allow-import", options ? &options->imports : &none},
        {"--env", options ? &options->folders : &none},
        {"--grant", options ? &options->gateways : &none},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    size_t count = 0, n = 0;
    for (size_t i = 0; i < ROWS; i++)
        count += rows[i].list->count;
    if (builtin != NULL && count == 0)
        return policy_parse(out, builtin, err);
    OWNED_BUF space = calloc(2 * count + 3, sizeof(char *));
    const char **args = (const char **)(void *)space;
    OWNED_STR json = NULL;
    int status;
    if (args == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    args[n++] = "policy";
    args[n++] = given;
    for (size_t i = 0; i < ROWS; i++)
        n = add_options(args, n, rows[i].name, rows[i].list);
    if (tool_run(args, &json, &status, err) != 0)
        return -1;
    return policy_parse(out, json, err);
}
