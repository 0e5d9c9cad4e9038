/* tests/layers --only=gate|wall|both [--whole] [--json] [--policy JSON]
 *     [--grant NAME] FILE [ARGS...]
 *
 * Runs FILE with one wall alone.  JSON is a file with an effective policy, as
 * immure-zygote --tool policy prints it.  With --only=wall a guest that ends
 * in ImportError or NameError did not try what it came for: that is said in a
 * line UNTRIED on stderr.  A function NAME is granted, and never answers. */
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/lib/immure.h"

enum { CODE_MAX = 16 << 20 };

static int
usage(void)
{
    fprintf(stderr, "usage: layers --only=gate|wall|both [--whole] [--json] "
                    "[--policy JSON] [--grant NAME] FILE [ARGS]\n");
    return 125;
}

static void
pass_through(void *arg, struct immure_call *call, int fd, const void *data,
             size_t len)
{
    (void)arg;
    (void)call;
    (void)fd_write_all(fd, data, len, NULL);
}

static void
stay_silent(void *arg, struct immure_call *call, const char *function,
            uint32_t serial, const void *data, size_t len)
{
    (void)arg, (void)call, (void)function, (void)serial, (void)data, (void)len;
}

/* The folder this program is in. */
static int
own_folder(char *out, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", out, cap - 1);
    if (n >= 0)
        out[n] = '\0';
    else if (cap < PATH_MAX ||
             realpath((const char *)getauxval(AT_EXECFN), out) == NULL)
        return -1; /* without /proc: the name that execve(2) was given */
    char *slash = strrchr(out, '/');
    if (slash == NULL)
        return -1;
    *slash = '\0';
    return 0;
}

static int
status_of(const struct immure_result *r)
{
    switch (r->verdict) {
    case IMMURE_CPU:
    case IMMURE_WALL:
    case IMMURE_MEMORY:
    case IMMURE_OUTPUT:
    case IMMURE_FUEL:
        return 124;
    case IMMURE_KILLED:
    case IMMURE_CRASHED:
        return 128 + r->signal;
    case IMMURE_INTERNAL:
        return 125;
    case IMMURE_OK:
    case IMMURE_EXIT:
    case IMMURE_ERROR:
    case IMMURE_DENIED:
        break;
    }
    return r->exit_code;
}

static void
say_untried(const struct immure_result *r)
{
    static const char *const untried[] = {"ImportError", "ModuleNotFoundError",
                                          "NameError"};
    json_t *o =
        json_loads(r->json, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    const char *type = json_string_value(
        json_object_get(json_object_get(o, "exception"), "type"));
    for (size_t i = 0; type && i < sizeof untried / sizeof *untried; i++)
        if (strcmp(type, untried[i]) == 0)
            fprintf(stderr, "UNTRIED: the guest ended in %s\n", type);
    json_decref(o);
}

static int
read_file(const char *path, char **out_data, size_t *out_len)
{
    struct err err;
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        perror(path);
        return -1;
    }
    if (fd_read_all(fd, CODE_MAX, out_data, out_len, &err) == 0)
        return 0;
    fprintf(stderr, "layers: %s\n", err.msg);
    return -1;
}

static int
run(const char *const *zygote_args, bool json, const char *policy,
    const char *grant, const char *const *args, size_t nargs)
{
    char folder[PATH_MAX], zygote[PATH_MAX + 64], supervisor[PATH_MAX + 64];
    OWNED_STR code = NULL;
    OWNED_STR policy_json = NULL;
    size_t len, policy_len;
    if (own_folder(folder, sizeof folder) != 0 ||
        read_file(args[0], &code, &len) != 0 ||
        (policy != NULL && read_file(policy, &policy_json, &policy_len) != 0))
        return 125;
    snprintf(zygote, sizeof zygote, "%s/immure-zygote-layers", folder);
    snprintf(supervisor, sizeof supervisor, "%s/../immure-supervisor", folder);
    const struct immure_config config = {.zygote_args = zygote_args,
                                         .zygote_path = zygote,
                                         .supervisor_path = supervisor};
    const struct immure_grant granted = {grant, 10, 1 << 20};
    const struct immure_job job = {.code = {code, len},
                                   .filename = args[0],
                                   .args = args,
                                   .nargs = nargs,
                                   .grants = &granted,
                                   .ngrants = grant != NULL,
                                   .limits = immure_default_limits};
    const struct immure_events events = {.output = json ? NULL : pass_through,
                                         .called = stay_silent};
    struct immure_result r;
    struct immure_err failed;
    if (immure_run(&config, policy_json ? policy_json : "pure", &job, &events,
                   &r, &failed) != 0) {
        fprintf(stderr, "layers: %s\n", failed.msg);
        return 125;
    }
    if (json)
        printf("%s\n", r.json);
    if (strcmp(zygote_args[0], "--only=wall") == 0)
        say_untried(&r);
    int status = status_of(&r);
    immure_result_clear(&r);
    return status;
}

int
main(int argc, char **argv)
{
    int at = 1;
    if (at >= argc || (strcmp(argv[at], "--only=gate") != 0 &&
                       strcmp(argv[at], "--only=wall") != 0 &&
                       strcmp(argv[at], "--only=both") != 0))
        return usage();
    const char *zygote_args[] = {argv[at++], NULL, NULL};
    if (at < argc && strcmp(argv[at], "--whole") == 0)
        zygote_args[1] = argv[at++];
    bool json = at < argc && strcmp(argv[at], "--json") == 0;
    at += json;
    const char *policy = NULL;
    if (at + 1 < argc && strcmp(argv[at], "--policy") == 0) {
        policy = argv[at + 1];
        at += 2;
    }
    const char *grant = NULL;
    if (at + 1 < argc && strcmp(argv[at], "--grant") == 0) {
        grant = argv[at + 1];
        at += 2;
    }
    if (at >= argc)
        return usage();
    const char *const *args = (const char *const *)(argv + at);
    return run(zygote_args, json, policy, grant, args, (size_t)(argc - at));
}
