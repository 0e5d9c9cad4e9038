/* steps POLICY
 *
 * Guests that are asked step by step.  POLICY is a file with an effective
 * policy (immure policy show --json).  Each line of stdin is a JSON object:
 *
 *     {"open": true}                       the next step has a fresh guest
 *     {"code": TEXT, "filename": NAME, "files": {NAME: PATH},
 *      "cpu_ms": N, "wall_ms": N, "memory": N, "output": N, "bytes": N}
 *
 * and each step is answered by one on stdout: the result of immure, or
 * {"failed": MESSAGE} when the guest is gone or none could be had. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/lib/immure.h"

enum { POLICY_MAX = 1 << 24, FILE_MAX = 64 << 20, PATH_CAP = 4096 };

struct steps {
    struct immure *im;
    struct immure_call *session;
    unsigned policy;
};

static int
complain(const char *what)
{
    fprintf(stderr, "steps: %s\n", what);
    return 99;
}

static int
read_path(const char *path, size_t max, char **out, size_t *out_len)
{
    struct err err;
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    return fd_read_all(fd, max, out, out_len, &err);
}

/* The programs of the build folder, two above this one's. */
static int
open_context(struct steps *s, const char *policy)
{
    char self[PATH_CAP - 128], supervisor[PATH_CAP], zygote[PATH_CAP];
    struct immure_err err;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        return complain("no /proc/self/exe");
    self[n] = '\0';
    for (int i = 0; i < 3 && strrchr(self, '/') != NULL; i++)
        *strrchr(self, '/') = '\0';
    snprintf(supervisor, sizeof supervisor, "%s/immure-supervisor", self);
    snprintf(zygote, sizeof zygote, "%s/immure-zygote", self);
    const struct immure_config config = {.supervisor_path = supervisor,
                                         .zygote_path = zygote};
    if (immure_open(&config, &s->im, &err) != 0 ||
        immure_policy_open(s->im, policy, &s->policy, &err) != 0)
        return complain(err.msg);
    return 0;
}

static void
free_files(struct immure_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)files[i].content.data);
    free(files);
}

static struct immure_file *
read_files(const json_t *paths, size_t *out_count)
{
    const char *name;
    json_t *path;
    size_t count = 0;
    struct immure_file *files =
        calloc(json_object_size(paths) + 1, sizeof *files);
    if (files == NULL)
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)paths, name, path) {
        char *data;
        size_t len;
        if (read_path(json_string_value(path), FILE_MAX, &data, &len) != 0) {
            free_files(files, count);
            return NULL;
        }
        files[count++] = (struct immure_file){name, {data, len}};
    }
    *out_count = count;
    return files;
}

static uint64_t
number_of(const json_t *request, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(request, key));
}

static int
run_step(struct steps *s, const json_t *request, struct immure_result *result,
         struct immure_err *err)
{
    const char *code = json_string_value(json_object_get(request, "code"));
    const char *name = json_string_value(json_object_get(request, "filename"));
    size_t nfiles = 0;
    struct immure_file *files =
        read_files(json_object_get(request, "files"), &nfiles);
    if (code == NULL || files == NULL) {
        snprintf(err->msg, sizeof err->msg, "no code, or a file that is none");
        return -1;
    }
    const struct immure_job job = {
        .code = {code, strlen(code)},
        .filename = name,
        .args = &name,
        .nargs = name != NULL,
        .files = files,
        .nfiles = nfiles,
        .limits = {number_of(request, "cpu_ms"), number_of(request, "wall_ms"),
                   number_of(request, "memory"), number_of(request, "output"),
                   number_of(request, "bytes")}};
    int status = immure_step(s->session, &job, err);
    free_files(files, nfiles);
    return status == 0 ? immure_wait(s->session, result, err) : -1;
}

static void
answer(struct steps *s, const json_t *request)
{
    struct immure_result result;
    struct immure_err err;
    if (run_step(s, request, &result, &err) == 0) {
        puts(result.json);
        immure_result_clear(&result);
        return;
    }
    json_t *failed = json_pack("{s:s}", "failed", err.msg);
    json_dumpf(failed, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(failed);
}

static int
take_line(struct steps *s, const char *line)
{
    struct immure_err err;
    json_error_t wrong;
    json_t *request = json_loads(line, JSON_ALLOW_NUL, &wrong);
    if (request == NULL)
        return complain(wrong.text);
    if (json_object_get(request, "open") != NULL) {
        immure_free(s->session);
        s->session = NULL;
        if (immure_session(s->im, s->policy, NULL, &s->session, &err) != 0)
            return complain(err.msg);
    } else {
        answer(s, request);
    }
    json_decref(request);
    return fflush(stdout) == 0 ? 0 : complain("nobody reads");
}

int
main(int argc, char **argv)
{
    struct steps s = {0};
    OWNED_STR policy = NULL;
    OWNED_STR line = NULL;
    size_t cap = 0;
    int status = 0;
    if (argc != 2 || read_path(argv[1], POLICY_MAX, &policy, &cap) != 0)
        return complain(
            "usage: steps POLICY, a file with an effective policy");
    if (open_context(&s, policy) != 0)
        return 99;
    cap = 0;
    while (status == 0 && getline(&line, &cap, stdin) > 0)
        status = take_line(&s, line);
    immure_free(s.session);
    immure_close(s.im);
    return status;
}
