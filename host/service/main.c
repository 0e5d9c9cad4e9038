/* immure-app: what `immure app` becomes. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/paths.h"
#include "host/service/hosting.h"

enum { STATUS_NOT_RUN = 125, CONNECTIONS = 4096, CONNECTIONS_MAX = 1000000 };

extern char **environ;

static const char usage[] = "immure app [--listen ADDR] [--access-log FILE] "
                            "[--error-log FILE] [--forwarded] [--no-watch] "
                            "DIR|app.toml ...; see immure app --help";

/* immure-zygote --tool app PATH... */
static int
start_tool(const char *const *paths, struct hosting_tool *out, struct err *err)
{
    char program[PATH_MAX];
    const char *argv[APPS_MAX + 4] = {program, "--tool", "app"};
    int said[2];
    posix_spawn_file_actions_t actions;
    for (size_t i = 0; paths[i] != NULL; i++)
        argv[3 + i] = paths[i];
    OWNED_FD null = fd_null(err);
    OWNED_FD errors = memfd_create("stderr", MFD_CLOEXEC);
    if (null < 0 ||
        paths_program("immure-zygote", program, sizeof program, err) != 0 ||
        fd_pipe(said, err) != 0)
        return -1;
    OWNED_FD from = said[0], to = said[1];
    if (errors < 0 || posix_spawn_file_actions_init(&actions) != 0)
        return err_set(err, ERR_SYSTEM, errno, "start immure-zygote");
    int failed = posix_spawn_file_actions_adddup2(&actions, null, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, to, 1);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, errors, 2);
    /* posix_spawn(3) takes char *const[] and changes nothing in it. */
    if (failed == 0)
        failed = posix_spawn(&out->pid, program, &actions, NULL,
                             (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return err_set(err, ERR_SYSTEM, failed, "start %s", program);
    out->out = take_fd(&from);
    out->err = take_fd(&errors);
    return 0;
}

/* --- the command line --- */

struct arguments {
    struct hosting_settings settings;
    const char *connections;
    const char *paths[APPS_MAX + 1];
    size_t npaths;
    bool forwarded;
};

static int
add_listen(struct arguments *a, const char *address, struct err *err)
{
    if (a->settings.nlisten == LISTEN_MAX)
        return err_set(err, ERR_USAGE, 0,
                       "immure app: --listen more than "
                       "%d times",
                       LISTEN_MAX);
    a->settings.listen[a->settings.nlisten++].address = address;
    return 0;
}

static int
set_once(const char **to, const char *option, const char *value,
         struct err *err)
{
    if (*to != NULL)
        return err_set(err, ERR_USAGE, 0, "immure app: %s twice", option);
    *to = value;
    return 0;
}

/* 1: one with a value, which was taken; 0: another. */
static int
take_option(struct arguments *a, const char *option, const char *value,
            struct err *err)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {
        {"--access-log", &a->settings.access_log},
        {"--error-log", &a->settings.error_log},
        {"--connections", &a->connections},
    };
    bool listens = strcmp(option, "--listen") == 0;
    size_t i = 0;
    while (i < 3 && strcmp(option, texts[i].name) != 0)
        i++;
    if (i == 3 && !listens)
        return 0;
    if (value == NULL)
        return err_set(err, ERR_USAGE, 0, "immure app: %s wants a value",
                       option);
    if ((listens ? add_listen(a, value, err)
                 : set_once(texts[i].to, option, value, err)) != 0)
        return -1;
    return 1;
}

static int
take_word(struct arguments *a, const char *word, struct err *err)
{
    if (strcmp(word, "--forwarded") == 0)
        a->forwarded = true;
    else if (strcmp(word, "--no-watch") == 0)
        a->settings.watch = false;
    else if (strcmp(word, "--quiet") == 0)
        a->settings.quiet = true;
    else if (word[0] == '-')
        return err_set(err, ERR_USAGE, 0,
                       "immure app: \"%.100s\" is no option here; write %s",
                       word, usage);
    else if (a->npaths == APPS_MAX)
        return err_set(err, ERR_USAGE, 0,
                       "immure app: more than %d applications", APPS_MAX);
    else
        a->paths[a->npaths++] = word;
    return 0;
}

static int
finish(struct arguments *a, struct err *err)
{
    unsigned long connections = CONNECTIONS;
    char *end = NULL;
    if (a->connections != NULL) {
        errno = 0;
        connections = strtoul(a->connections, &end, 10);
        if (errno != 0 || *end != '\0' || end == a->connections ||
            connections < 1 || connections > CONNECTIONS_MAX)
            return err_set(err, ERR_USAGE, 0,
                           "immure app: --connections \"%.100s\" is not from "
                           "1 to %d",
                           a->connections, CONNECTIONS_MAX);
    }
    if (a->npaths == 0)
        return err_set(err, ERR_USAGE, 0,
                       "immure app: which application? write %s", usage);
    if (a->settings.nlisten == 0)
        (void)add_listen(a, "127.0.0.1:8000", err);
    for (size_t i = 0; i < a->settings.nlisten; i++) {
        a->settings.listen[i].connections = (unsigned)connections;
        a->settings.listen[i].forwarded = a->forwarded;
    }
    if (a->settings.error_log == NULL)
        a->settings.error_log = "";
    a->settings.paths = a->paths;
    a->settings.start_tool = start_tool;
    return 0;
}

static int
parse(char **argv, struct arguments *a, struct err *err)
{
    *a = (struct arguments){.settings = {.watch = true}};
    for (int i = 1; argv[i] != NULL; i++) {
        int took = take_option(a, argv[i], argv[i + 1], err);
        if (took < 0 || (took == 0 && take_word(a, argv[i], err) != 0))
            return -1;
        i += took;
    }
    return finish(a, err);
}

int
main(int argc, char **argv)
{
    struct arguments *a = malloc(sizeof *a);
    struct err err = {0};
    int status = STATUS_NOT_RUN;
    (void)argc;
    signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of write(2) */
    signal(SIGCHLD, SIG_DFL);
    if (a == NULL || parse(argv, a, &err) != 0 ||
        hosting_run(&a->settings, &status, &err) != 0)
        fprintf(stderr, "immure: %s\n", err.msg);
    free(a);
    return status;
}
