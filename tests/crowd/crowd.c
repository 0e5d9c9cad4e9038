/* crowd [--only=wall|both] [--guests N] [--wall MS] [--cpu MS] [--rounds N]
 *       [--policy JSON] [--hold] COUNT FILE [COUNT FILE]...
 *
 * Submits COUNT jobs of each FILE to one context, all at once and in turns,
 * and prints a line for each, in the order of the jobs: "FILE<tab>RESULT", or
 * "FILE<tab>failed: MESSAGE".  sys.argv[1] is the job's number.  With --only=
 * the zygote is the one that can leave the gate out.  --rounds: all of it N
 * times, one after the other.  --hold: then it says "held" and waits for the
 * end of its stdin. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/lib/immure.h"

enum { KINDS_MAX = 16, CODE_MAX = 1 << 20, PATH_CAP = 4096 };

struct kind {
    const char *file;
    char *code;
    size_t len;
    unsigned long left;
};

struct crowd {
    struct immure_config config;
    struct immure_limits limits;
    struct kind kinds[KINDS_MAX];
    size_t nkinds;
    unsigned long rounds;
    const char *policy;
    bool hold;
    char supervisor[PATH_CAP], zygote[PATH_CAP];
    const char *extra[2];
};

static int
complain(const char *what)
{
    fprintf(stderr, "crowd: %s\n", what);
    return 99;
}

static int
add_kind(struct crowd *c, const char *count, const char *file)
{
    struct err err;
    struct kind *k = &c->kinds[c->nkinds];
    OWNED_FD fd = open(file, O_RDONLY | O_CLOEXEC);
    if (c->nkinds == KINDS_MAX || fd < 0 ||
        fd_read_all(fd, CODE_MAX, &k->code, &k->len, &err) != 0)
        return complain(file);
    const char *slash = strrchr(file, '/');
    k->file = slash ? slash + 1 : file;
    k->left = strtoul(count, NULL, 10);
    c->nkinds++;
    return 0;
}

/* The programs of the build folder, which this one's is inside. */
static int
find_programs(struct crowd *c)
{
    char self[PATH_CAP - 128];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        return complain("no /proc/self/exe");
    self[n] = '\0';
    for (int i = 0; i < 3 && strrchr(self, '/') != NULL; i++)
        *strrchr(self, '/') = '\0';
    snprintf(c->supervisor, sizeof c->supervisor, "%s/immure-supervisor",
             self);
    snprintf(c->zygote, sizeof c->zygote, "%s/%s", self,
             c->extra[0] ? "tests/immure-zygote-layers" : "immure-zygote");
    c->config.supervisor_path = c->supervisor;
    c->config.zygote_path = c->zygote;
    c->config.zygote_args = c->extra[0] ? c->extra : NULL;
    return 0;
}

static int
read_arguments(struct crowd *c, char **argv)
{
    for (; *argv != NULL && strncmp(*argv, "--", 2) == 0; argv++) {
        if (strncmp(*argv, "--only=", 7) == 0) {
            c->extra[0] = *argv;
        } else if (strcmp(*argv, "--hold") == 0) {
            c->hold = true;
        } else if (argv[1] == NULL) {
            return complain(*argv);
        } else if (strcmp(*argv, "--guests") == 0) {
            c->config.guests = (unsigned)strtoul(*++argv, NULL, 10);
        } else if (strcmp(*argv, "--rounds") == 0) {
            c->rounds = strtoul(*++argv, NULL, 10);
        } else if (strcmp(*argv, "--policy") == 0) {
            c->policy = *++argv;
        } else if (strcmp(*argv, "--wall") == 0) {
            c->limits.wall_ms = strtoull(*++argv, NULL, 10);
        } else if (strcmp(*argv, "--cpu") == 0) {
            c->limits.cpu_ms = strtoull(*++argv, NULL, 10);
        } else {
            return complain(*argv);
        }
    }
    for (; argv[0] != NULL && argv[1] != NULL; argv += 2)
        if (add_kind(c, argv[0], argv[1]) != 0)
            return 99;
    return c->nkinds > 0 ? find_programs(c) : complain("which files?");
}

struct submitted {
    const struct kind *kind;
    struct immure_call *call;
    struct immure_err err; /* of a job that has no call */
};

static void
submit(const struct crowd *c, struct immure *im, unsigned policy,
       struct submitted *s, size_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", number);
    const char *const args[] = {s->kind->file, text};
    const struct immure_job job = {.code = {s->kind->code, s->kind->len},
                                   .filename = s->kind->file,
                                   .args = args,
                                   .nargs = 2,
                                   .limits = c->limits};
    if (immure_submit(im, policy, &job, NULL, &s->call, &s->err) != 0)
        s->call = NULL;
}

static void
tell(struct submitted *s)
{
    struct immure_result result;
    if (s->call == NULL || immure_wait(s->call, &result, &s->err) != 0) {
        printf("%s\tfailed: %s\n", s->kind->file, s->err.msg);
    } else {
        printf("%s\t%s\n", s->kind->file, result.json);
        immure_result_clear(&result);
    }
    immure_free(s->call);
}

static int
round_of(const struct crowd *c, struct immure *im, unsigned policy)
{
    size_t total = 0, n = 0;
    unsigned long left[KINDS_MAX];
    for (size_t k = 0; k < c->nkinds; k++)
        total += left[k] = c->kinds[k].left;
    struct submitted *all = calloc(total, sizeof *all);
    if (all == NULL)
        return complain("out of memory");
    for (size_t k = 0; n < total; k = (k + 1) % c->nkinds) {
        if (left[k] == 0)
            continue;
        left[k]--;
        all[n].kind = &c->kinds[k];
        submit(c, im, policy, &all[n], n);
        n++;
    }
    for (size_t i = 0; i < total; i++)
        tell(&all[i]);
    free(all);
    fflush(stdout);
    return 0;
}

int
main(int argc, char **argv)
{
    static struct crowd c;
    struct immure *im;
    struct immure_err err;
    unsigned policy;
    (void)argc;
    c.limits = immure_default_limits;
    c.rounds = 1;
    c.policy = "pure";
    if (read_arguments(&c, argv + 1) != 0)
        return 99;
    if (immure_open(&c.config, &im, &err) != 0)
        return complain(err.msg);
    if (immure_policy_open(im, c.policy, &policy, &err) != 0)
        return complain(err.msg);
    for (unsigned long r = 0; r < c.rounds; r++)
        if (round_of(&c, im, policy) != 0)
            return 99;
    if (c.hold) {
        char byte;
        puts("held");
        fflush(stdout);
        while (read(STDIN_FILENO, &byte, 1) > 0)
            continue;
    }
    immure_close(im);
    return 0;
}
