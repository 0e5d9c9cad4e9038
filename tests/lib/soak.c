/* soak JOBS: run so many jobs, 8 at a time, and print the statistics after
 * each tenth: "jobs alive resident_kib descriptors processes", of the
 * supervisor. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/lib/immure.h"

enum { ABREAST = 8 };

static const char *const programs[] = {
    "print(1 + 1)",
    "import json; print(json.dumps(list(range(100))))",
    "1 / 0",
    "import os; os.system('true')",
    "x = bytearray(1 << 20)",
    "import sys; sys.exit(3)",
};

static int
supervisor_pid(void)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *f = fopen(path, "re");
    if (f == NULL || fscanf(f, "%d", &pid) != 1)
        pid = 0;
    if (f != NULL)
        fclose(f);
    return pid;
}

static long
resident_kib(int pid)
{
    char path[64];
    long size = 0, pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    FILE *f = fopen(path, "re");
    if (f == NULL || fscanf(f, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static int
entries(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    return n;
}

static void
print_counts(struct immure *im, long done)
{
    char path[64], *json = NULL;
    int pid = supervisor_pid();
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    if (immure_stats(im, &json, NULL) != 0)
        exit(1);
    const char *alive = strstr(json, "\"alive\": ");
    printf("%ld %d %ld %d %d\n", done, alive ? atoi(alive + 9) : -1,
           resident_kib(pid), entries(path), entries("/proc/self/fd"));
    fflush(stdout);
    free(json);
}

static struct immure_call *
submit(struct immure *im, unsigned policy, long n)
{
    struct immure_call *call;
    struct immure_err err;
    const char *code =
        programs[n % (long)(sizeof programs / sizeof *programs)];
    const struct immure_job job = {.code = {code, strlen(code)}};
    if (immure_submit(im, policy, &job, NULL, &call, &err) == 0)
        return call;
    fprintf(stderr, "soak: %s\n", err.msg);
    exit(1);
}

static void
finish(struct immure_call *call)
{
    struct immure_result r;
    struct immure_err err;
    if (immure_wait(call, &r, &err) != 0 || r.verdict == IMMURE_INTERNAL ||
        r.verdict == IMMURE_KILLED || r.verdict == IMMURE_CRASHED) {
        fprintf(stderr, "soak: no good result\n");
        exit(1);
    }
    immure_result_clear(&r);
    immure_free(call);
}

int
main(int argc, char **argv)
{
    long jobs = argc > 1 ? atol(argv[1]) : 1000;
    char supervisor[4096], zygote[4096];
    const char *build = getenv("BUILDDIR");
    snprintf(supervisor, sizeof supervisor, "%s/immure-supervisor",
             build ? build : ".");
    snprintf(zygote, sizeof zygote, "%s/immure-zygote", build ? build : ".");
    const struct immure_config config = {.supervisor_path = supervisor,
                                         .zygote_path = zygote};
    struct immure *im;
    struct immure_err err;
    struct immure_call *calls[ABREAST] = {NULL};
    unsigned policy;
    if (immure_open(&config, &im, &err) != 0 ||
        immure_policy_open(im, "pure", &policy, &err) != 0) {
        fprintf(stderr, "soak: %s\n", err.msg);
        return 1;
    }
    for (long n = 0; n < jobs + ABREAST; n++) {
        struct immure_call **slot = &calls[n % ABREAST];
        if (*slot != NULL)
            finish(*slot);
        *slot = n < jobs ? submit(im, policy, n) : NULL;
        if (n % (jobs / 10) == 0)
            print_counts(im, n);
    }
    immure_close(im);
    return 0;
}
