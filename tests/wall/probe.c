/* Every system call by native code in a sealed guest, against the list of what
 * may come through.  TAP: one line a number, one an edge case. */
#include "tests/wall/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/syscalls.h"

enum { NUMBERS = 512, BROKEN = 1 };

enum verdict {
    VERDICT_KILLED,
    VERDICT_THROUGH,
    VERDICT_EPERM,
    VERDICT_ENOSYS,
    VERDICT_PASSES
};

static const char *const verdict_names[] = {"killed", "through", "EPERM",
                                            "ENOSYS", "passes"};

struct expected {
    enum verdict verdict[NUMBERS];
    char name[NUMBERS][32];
};

struct tap {
    int done;
    int bad;
};

static void
say(struct tap *tap, bool good, const char *what, const char *how)
{
    tap->done++;
    tap->bad += !good;
    printf("%s %d - %s: %s\n", good ? "ok" : "not ok", tap->done, what, how);
}

static int
verdict_of(const char *word)
{
    for (int v = 0; v <= VERDICT_PASSES; v++)
        if (strcmp(word, verdict_names[v]) == 0)
            return v;
    return -1;
}

static void
close_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}

static int
read_expected(const char *path, struct expected *out)
{
    __attribute__((cleanup(close_file))) FILE *f = fopen(path, "re");
    char line[256], name[32], word[16];
    int nr;
    if (f == NULL)
        return -1;
    *out = (struct expected){0};
    while (fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#')
            continue;
        if (sscanf(line, "%d %31s %15s", &nr, name, word) != 3 || nr < 0 ||
            nr >= NUMBERS || verdict_of(word) < 0)
            return -1;
        out->verdict[nr] = (enum verdict)verdict_of(word);
        snprintf(out->name[nr], sizeof out->name[nr], "%s", name);
    }
    return 0;
}

static bool
is_as(const struct outcome *o, enum verdict v)
{
    switch (v) {
    case VERDICT_KILLED:
        return o->came_to == CAME_KILLED;
    case VERDICT_THROUGH:
        return o->came_to != CAME_KILLED && o->came_to != CAME_BROKEN &&
               o->came_to != CAME_HUNG &&
               !(o->came_to == CAME_BACK &&
                 (o->value == EPERM || o->value == ENOSYS));
    case VERDICT_EPERM:
        return o->came_to == CAME_BACK && o->value == EPERM;
    case VERDICT_ENOSYS:
        return o->came_to == CAME_BACK && o->value == ENOSYS;
    case VERDICT_PASSES:
        return o->came_to != CAME_BROKEN;
    }
    return false;
}

static void
try_numbers(struct tap *tap, struct wall *wall, const struct expected *want)
{
    for (int nr = 0; nr < NUMBERS; nr++) {
        char what[96], how[64];
        const struct attempt a = attempt_of(nr);
        const struct outcome o = sealed_try(wall, HOW_SYSCALL, &a);
        snprintf(what, sizeof what, "call %d %s (%s)", nr, want->name[nr],
                 verdict_names[want->verdict[nr]]);
        say(tap, is_as(&o, want->verdict[nr]), what, sealed_say(&o, how));
    }
}

static void
try_edges(struct tap *tap, struct wall *wall)
{
    for (size_t i = 0; i < edges_count; i++) {
        const struct edge *e = &edges[i];
        char how[64];
        const struct outcome o = sealed_try(wall, HOW_SYSCALL, &e->attempt);
        bool good = e->want == WANT_KILLED ? o.came_to == CAME_KILLED
                    : e->want == WANT_THROUGH
                        ? o.came_to == CAME_BACK
                        : o.came_to == CAME_BACK && o.value == e->want;
        say(tap, good, e->what, sealed_say(&o, how));
    }
}

/* Other gates into the kernel.  The numbers of i386 from 0 to 20 hold exit,
 * fork, read, write, open, execve and getpid.  A kernel that lacks a gate
 * answers with SIGSEGV. */
static void
try_gate(struct tap *tap, struct wall *wall, enum how how, const char *name,
         int last)
{
    for (int nr = 0; nr <= last; nr++) {
        char what[32], said[64];
        const struct attempt a = {nr, {0, PAGE, 1}};
        const struct outcome o = sealed_try(wall, how, &a);
        snprintf(what, sizeof what, "%s, %d", name, nr);
        say(tap,
            o.came_to == CAME_KILLED ||
                (o.came_to == CAME_DOWN && o.value == SIGSEGV),
            what, sealed_say(&o, said));
    }
}

/* The list is of every row of the table, and of nothing else. */
static void
compare_table(struct tap *tap, const struct expected *want)
{
    int listed = 0;
    for (int nr = 0; nr < NUMBERS; nr++)
        listed += want->verdict[nr] != VERDICT_KILLED &&
                  want->verdict[nr] != VERDICT_PASSES;
    say(tap, listed == (int)guest_syscalls_count, "the list",
        "as long as the table");
    for (size_t i = 0; i < guest_syscalls_count; i++) {
        const struct sys_rule *row = &guest_syscalls[i];
        say(tap, strcmp(want->name[row->nr], row->name) == 0, row->name,
            "is in the list");
    }
}

static int
zygote(const struct expected *want)
{
    struct wall wall = {0};
    struct err err;
    struct tap tap = {0};
    void *page = mmap((void *)PAGE, PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (page == MAP_FAILED || wall_enter_namespaces(&wall, &err) != 0 ||
        wall_close_root(&wall, &err) != 0) {
        printf("Bail out! %s\n",
               page == MAP_FAILED ? strerror(errno) : err.msg);
        return BROKEN;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    compare_table(&tap, want);
    try_numbers(&tap, &wall, want);
    try_edges(&tap, &wall);
    try_gate(&tap, &wall, HOW_INT80, "int 0x80", 20);
    try_gate(&tap, &wall, HOW_VSYSCALL, "vsyscall", 2);
    printf("1..%d\n", tap.done);
    return tap.bad != 0;
}

/* The zygote is a child of ours beside the one that we fork: it ends last. */
static int
wait_for_all(void)
{
    int status, worst = 0;
    for (;;) {
        pid_t pid = wait(&status);
        if (pid < 0 && errno == ECHILD)
            return worst;
        if (pid > 0 && status != 0)
            worst = WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
    }
}

int
main(int argc, char **argv)
{
    static struct expected want;
    char path[4096];
    const char *srcdir = getenv("srcdir");
    if (argc > 1)
        snprintf(path, sizeof path, "%s", argv[1]);
    else
        snprintf(path, sizeof path, "%s/tests/wall/expected-x86_64.txt",
                 srcdir ? srcdir : ".");
#ifndef __x86_64__
    printf("1..0 # SKIP no list for this architecture\n");
    return 0;
#endif
    if (read_expected(path, &want) != 0) {
        printf("Bail out! cannot read %s\n", path);
        return BROKEN;
    }
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int status = zygote(&want);
        fflush(stdout);
        _exit(status);
    }
    return pid < 0 ? BROKEN : wait_for_all();
}
