/* The private supervisor process of a context. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/lib/context.h"
#include "host/paths.h"

enum { CLIENT_FD = 3, ARGS_MAX = 256, PATH_CAP = 4096 };

extern char **environ;

struct arguments {
    const char *v[ARGS_MAX];
    size_t n;
    char guests[16];
};

static void
add(struct arguments *a, const char *arg)
{
    if (a->n < ARGS_MAX)
        a->v[a->n++] = arg;
}

static int
fill_arguments(struct arguments *a, const struct start *start,
               const char *supervisor, const char *zygote, struct err *err)
{
    const struct immure_config *config = start->config;
    add(a, supervisor);
    if (start->host != NULL)
        add(a, "--host");
    else if (start->once)
        add(a, "--once");
    if (config->guests != 0) {
        snprintf(a->guests, sizeof a->guests, "%u", config->guests);
        add(a, "--guests");
        add(a, a->guests);
    }
    if (config->audit != NULL) {
        add(a, "--audit");
        add(a, config->audit);
    }
    add(a, zygote);
    add(a, "immure-zygote");
    for (size_t i = 0; config->zygote_args && config->zygote_args[i]; i++)
        add(a, config->zygote_args[i]);
    add(a, start->host ? "--host" : "--serve");
    if (start->modules != NULL)
        add(a, start->modules);
    for (size_t i = 0; start->host && i < start->host->nargs; i++)
        add(a, start->host->args[i]);
    if (a->n == ARGS_MAX)
        return err_set(err, ERR_USAGE, 0, "more than %d arguments",
                       ARGS_MAX / 2);
    a->v[a->n] = NULL;
    return 0;
}

/* A descriptor that became 3 for a moment would be taken for the client. */
static int
above_client(int *fd, struct err *err)
{
    if (*fd != CLIENT_FD)
        return 0;
    int up = fcntl(*fd, F_DUPFD_CLOEXEC, CLIENT_FD + 1);
    if (up < 0)
        return err_set(err, ERR_SYSTEM, errno, "move a descriptor");
    close(*fd);
    *fd = up;
    return 0;
}

/* In a process group of its own a terminal's ^C is the application's alone: to
 * end with, or to interrupt a session.  A program of the operator's stays
 * where it can read the terminal. */
static int
spawn(const struct arguments *a, int sock, const struct start *start,
      pid_t *out_pid, struct err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    bool own_group = !start->host && !start->once;
    int stdin_fd = start->host ? start->host_stdin : -1;
    OWNED_FD null = stdin_fd < 0 ? fd_null(err) : -1;
    if (stdin_fd < 0 && (null < 0 || above_client(&null, err) != 0))
        return -1;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    }
    int failed = posix_spawn_file_actions_adddup2(&actions, sock, CLIENT_FD);
    if (failed == 0 && stdin_fd != 0)
        failed = posix_spawn_file_actions_adddup2(
            &actions, stdin_fd < 0 ? null : stdin_fd, 0);
    if (failed == 0 && own_group)
        failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    /* posix_spawn(3) takes char *const[] and changes nothing in it. */
    if (failed == 0)
        failed = posix_spawn(out_pid, a->v[0], &actions, &attributes,
                             (char *const *)(uintptr_t)a->v, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return err_set(err, ERR_SYSTEM, failed, "start %s", a->v[0]);
    return 0;
}

static int
find_program(const char *given, const char *name, char out[PATH_CAP],
             struct err *err)
{
    if (given == NULL)
        return paths_program(name, out, PATH_CAP, err);
    if (strlen(given) >= PATH_CAP)
        return err_set(err, ERR_USAGE, 0, "the path of %s is too long", name);
    strcpy(out, given);
    return 0;
}

int
start_supervisor(const struct start *start, pid_t *out_pid, int *out_sock,
                 struct err *err)
{
    char supervisor[PATH_CAP], zygote[PATH_CAP];
    struct arguments arguments = {.n = 0};
    int pair[2];
    if (find_program(start->config->supervisor_path, "immure-supervisor",
                     supervisor, err) != 0 ||
        find_program(start->config->zygote_path, "immure-zygote", zygote,
                     err) != 0 ||
        fill_arguments(&arguments, start, supervisor, zygote, err) != 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a socket pair");
    OWNED_FD mine = pair[0], theirs = pair[1];
    if (above_client(&theirs, err) != 0 || above_client(&mine, err) != 0 ||
        spawn(&arguments, theirs, start, out_pid, err) != 0)
        return -1;
    *out_sock = take_fd(&mine);
    return 0;
}
