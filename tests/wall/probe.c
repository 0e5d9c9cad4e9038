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
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/wall/filter.h"
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
        say(tap, edge_is_as(&o, e->want), e->what, sealed_say(&o, how));
    }
}

static void
try_sweeps(struct tap *tap, struct wall *wall)
{
    for (size_t i = 0; i < sweeps_count; i++) {
        char wrong[64] = "each bit of 32";
        bool good = true;
        for (unsigned bit = 0; good && bit < 32; bit++) {
            const struct attempt a = sweep_attempt(&sweeps[i], bit);
            const struct outcome o = sealed_try(wall, HOW_SYSCALL, &a);
            good = edge_is_as(&o, sweep_want(&sweeps[i], bit));
            if (!good)
                snprintf(wrong, sizeof wrong, "bit %u: %.40s", bit,
                         sealed_say(&o, (char[64]){0}));
        }
        say(tap, good, sweeps[i].what, wrong);
    }
}

/* A kernel for 64-bit programs of 32-bit addresses takes every number with
 * this bit set as well. */
static void
try_x32(struct tap *tap, struct wall *wall)
{
    enum { X32_BIT = 0x40000000, X32_NUMBERS = 560 };
    char wrong[80] = "killed, every one";
    bool good = true;
    for (long nr = 0; good && nr < X32_NUMBERS; nr++) {
        struct attempt a = attempt_of(nr);
        a.nr |= X32_BIT;
        const struct outcome o = sealed_try(wall, HOW_SYSCALL, &a);
        good = o.came_to == CAME_KILLED;
        if (!good)
            snprintf(wrong, sizeof wrong, "%ld: %.40s", nr,
                     sealed_say(&o, (char[64]){0}));
    }
    say(tap, good, "x32 numbers", wrong);
}

/* Other gates into the kernel.  A kernel that lacks one answers with
 * SIGSEGV. */
static void
try_gate(struct tap *tap, struct wall *wall, enum how how, const char *name,
         int count)
{
    for (int nr = 0; nr < count; nr++) {
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

/* The table with one thing changed.  Each row, each condition, each value and
 * each bit of it has to be missed by something above. */
struct mutation {
    char what[96];
    struct sys_rule rows[64];
    size_t count;
    long nr;
};

static void
try_mutation(struct tap *tap, const struct wall *wall,
             const struct mutation *m)
{
    struct wall other = *wall;
    struct err err;
    other.program = NULL;
    if (filter_build_of(&other, m->rows, m->count, &err) != 0) {
        say(tap, false, m->what, err.msg);
        return;
    }
    say(tap, mutation_is_seen(&other, m->nr), m->what, "is seen");
    free(other.program);
}

static struct sys_arg *
mutate(struct mutation *m, size_t row, unsigned arg, const char *how,
       unsigned which)
{
    memcpy(m->rows, guest_syscalls,
           guest_syscalls_count * sizeof *guest_syscalls);
    m->count = guest_syscalls_count;
    m->nr = m->rows[row].nr;
    snprintf(m->what, sizeof m->what, "%s, condition %u: %s %u",
             m->rows[row].name, arg, how, which);
    return &m->rows[row].args[arg];
}

/* Both of each pair that differ in the bit are allowed: without it, too. */
static bool
is_no_change(const struct sys_arg *a, unsigned bit)
{
    for (unsigned i = 0; i < a->count; i++) {
        bool other = false;
        for (unsigned k = 0; k < a->count; k++)
            other |= a->values[k] == (a->values[i] ^ 1u << bit);
        if (!other)
            return false;
    }
    return true;
}

static void
mutate_condition(struct tap *tap, const struct wall *wall, size_t row,
                 unsigned arg)
{
    static struct mutation m;
    struct sys_arg *a = mutate(&m, row, arg, "without number", arg);
    memmove(a, a + 1, (2 - arg) * sizeof *a);
    m.rows[row].args[2].count = 0;
    try_mutation(tap, wall, &m);
    const struct sys_arg *was = &guest_syscalls[row].args[arg];
    for (unsigned v = 0; was->count > 1 && v < was->count; v++) {
        a = mutate(&m, row, arg, "without value", v);
        a->values[v] = a->values[--a->count];
        try_mutation(tap, wall, &m);
    }
    for (unsigned bit = 0; bit < 32; bit++) {
        if (is_no_change(was, bit))
            continue;
        mutate(&m, row, arg, "otherwise in bit", bit)->mask ^= 1u << bit;
        try_mutation(tap, wall, &m);
    }
}

static void
try_mutations(struct tap *tap, const struct wall *wall)
{
    static struct mutation m;
    for (size_t row = 0; row < guest_syscalls_count; row++) {
        mutate(&m, row, 0, "no row", (unsigned)row);
        memmove(&m.rows[row], &m.rows[row + 1],
                (--m.count - row) * sizeof m.rows[0]);
        try_mutation(tap, wall, &m);
        for (unsigned arg = 0; arg < 3; arg++)
            if (guest_syscalls[row].args[arg].count > 0)
                mutate_condition(tap, wall, row, arg);
    }
}

static int
zygote(const struct expected *want)
{
    struct wall wall = {0};
    struct err err;
    struct tap tap = {0};
    const struct timespec times[] = {{1ll << 33, 0}, {-1, 0}, {0, 1ll << 30}};
    void *page = mmap((void *)PAGE, 2ul * PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (page != MAP_FAILED)
        memcpy((void *)TIMES, times, sizeof times);
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
    try_sweeps(&tap, &wall);
    try_x32(&tap, &wall);
    try_gate(&tap, &wall, HOW_INT80, "int 0x80", NUMBERS);
    try_gate(&tap, &wall, HOW_VSYSCALL, "vsyscall", 3);
    if (getenv("SANITIZERS") == NULL) /* they say no more of this */
        try_mutations(&tap, &wall);
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
