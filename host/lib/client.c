/* One run: a private supervisor process, a job in, output and a result out. */
#include "host/lib/immure.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/paths.h"
#include "host/policy/policy.h"
#include "host/wire/job.h"

enum { CLIENT_FD = 3, ARGS_MAX = 256, PATH_CAP = 4096 };

extern char **environ;

const struct immure_limits immure_default_limits = {
    .cpu_ms = 2000,
    .wall_ms = 5000,
    .memory = 256u << 20,
    .output = 1u << 20,
    .files = 16u << 20,
};

struct session {
    pid_t pid; /* of the supervisor; 0 when reaped */
    int fd;    /* owned; -1 when closed */
};

/* The supervisor ends when its socket closes, and kills what it started. */
static void
session_clear(struct session *s)
{
    cleanup_fd(&s->fd);
    s->fd = -1;
    while (s->pid > 0 && waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    s->pid = 0;
}

struct arguments {
    const char *v[ARGS_MAX];
    size_t n;
};

static void
arguments_add(struct arguments *a, const char *arg)
{
    if (a->n < ARGS_MAX)
        a->v[a->n++] = arg;
}

static int
fill_arguments(struct arguments *a, const struct immure_config *config,
               const struct immure_job *job, const char *supervisor,
               const char *zygote, struct err *err)
{
    arguments_add(a, supervisor);
    if (config->host_program != NULL)
        arguments_add(a, "--host");
    arguments_add(a, zygote);
    arguments_add(a, "immure-zygote");
    for (size_t i = 0; config->zygote_args && config->zygote_args[i]; i++)
        arguments_add(a, config->zygote_args[i]);
    arguments_add(a, config->host_program ? "--host" : "--serve");
    if (config->host_program != NULL) {
        arguments_add(a, config->host_program);
        for (size_t i = 1; i < job->nargs; i++)
            arguments_add(a, job->args[i]);
    }
    if (a->n == ARGS_MAX)
        return err_set(err, ERR_USAGE, 0, "more than %d arguments",
                       ARGS_MAX / 2);
    a->v[a->n] = NULL;
    return 0;
}

static int
spawn(const struct arguments *a, int sock, int stdin_fd,
      struct session *session, struct err *err)
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    int failed = posix_spawn_file_actions_adddup2(&actions, sock, CLIENT_FD);
    if (failed == 0 && stdin_fd > 0)
        failed = posix_spawn_file_actions_adddup2(&actions, stdin_fd, 0);
    if (failed == 0 && stdin_fd < 0)
        failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
                                                  O_RDONLY, 0);
    /* posix_spawn(3) takes char *const[] and changes nothing in it. */
    if (failed == 0)
        failed = posix_spawn(&session->pid, a->v[0], &actions, NULL,
                             (char *const *)(uintptr_t)a->v, environ);
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

static int
session_start(struct session *session, const struct immure_config *config,
              const struct immure_job *job, struct err *err)
{
    char supervisor[PATH_CAP], zygote[PATH_CAP];
    struct arguments arguments = {.n = 0};
    int pair[2];
    if (find_program(config->supervisor_path, "immure-supervisor", supervisor,
                     err) != 0 ||
        find_program(config->zygote_path, "immure-zygote", zygote, err) != 0 ||
        fill_arguments(&arguments, config, job, supervisor, zygote, err) != 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a socket pair");
    OWNED_FD theirs = pair[1];
    session->fd = pair[0];
    int stdin_fd = config->host_program ? config->host_stdin : -1;
    return spawn(&arguments, theirs, stdin_fd, session, err);
}

static int
add_text(struct buf *out, enum frame_type type, const char *text,
         struct err *err)
{
    return frame_add(out, type, text, strlen(text), err);
}

static int
add_file(struct buf *out, const struct immure_file *file, struct err *err)
{
    OWNED_BUFFER payload = {0};
    if (field_add(&payload, file->name, strlen(file->name), err) != 0 ||
        field_add(&payload, file->content.data, file->content.len, err) != 0)
        return -1;
    return frame_add(out, FRAME_FILE, payload.data, payload.len, err);
}

static int
add_lists(struct buf *out, const struct immure_job *job, struct err *err)
{
    for (size_t i = 0; i < job->nargs; i++)
        if (add_text(out, FRAME_ARG, job->args[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->nenv; i++)
        if (add_text(out, FRAME_ENV, job->env[i], err) != 0)
            return -1;
    uint64_t total = 0;
    for (size_t i = 0; i < job->nfiles; i++) {
        total += job->files[i].content.len;
        if (total > job->limits.files)
            return err_set(err, ERR_USAGE, 0,
                           "the given files are over the files limit of "
                           "%llu bytes",
                           (unsigned long long)job->limits.files);
        if (add_file(out, &job->files[i], err) != 0)
            return -1;
    }
    return 0;
}

static int
add_quota(struct buf *out, uint64_t bytes, struct err *err)
{
    OWNED_BUFFER quota = {0};
    if (u64_add(&quota, bytes, err) != 0)
        return -1;
    return frame_add(out, FRAME_QUOTA, quota.data, quota.len, err);
}

static int
add_job(struct buf *out, const struct immure_job *job, struct err *err)
{
    const struct immure_limits *l = &job->limits;
    const struct job_limits limits = {l->cpu_ms, l->wall_ms,
                                      l->memory, l->output,
                                      l->files,  (uint64_t)job->nice};
    if (job_limits_add(out, &limits, err) != 0 ||
        add_text(out, FRAME_FILENAME,
                 job->filename ? job->filename : "<string>", err) != 0 ||
        add_quota(out, l->files, err) != 0 || add_lists(out, job, err) != 0 ||
        frame_add(out, FRAME_INPUT, job->input.data, job->input.len, err) != 0)
        return -1;
    if (job->globals_json != NULL &&
        add_text(out, FRAME_GLOBALS, job->globals_json, err) != 0)
        return -1;
    if (job->seeded) {
        OWNED_BUFFER seed = {0};
        if (u64_add(&seed, (uint64_t)job->seed, err) != 0 ||
            frame_add(out, FRAME_SEED, seed.data, seed.len, err) != 0)
            return -1;
    }
    if (frame_add(out, FRAME_CODE, job->code.data, job->code.len, err) != 0)
        return -1;
    return frame_add(out, FRAME_RUN, NULL, 0, err);
}

/* A supervisor that ended early has said why, or its silence says it. */
static void
send_all(int fd, const struct buf *b)
{
    size_t at = 0;
    while (at < b->len) {
        ssize_t n = send(fd, b->data + at, b->len - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        at += (size_t)n;
    }
}

static int
read_result(const char *text, struct immure_result *out, struct err *err)
{
    json_error_t where;
    json_t *o =
        json_loads(text, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &where);
    const char *word = json_string_value(json_object_get(o, "verdict"));
    int verdict = -1;
    for (int v = IMMURE_CPU; word && v <= IMMURE_DENIED; v++)
        if (strcmp(word, immure_verdict_name((enum immure_verdict)v)) == 0)
            verdict = v;
    json_t *code = json_object_get(o, "exit_code");
    json_t *sig = json_object_get(o, "signal");
    int exit_code = json_is_number(code) ? (int)json_number_value(code) : -1;
    int signal = json_is_number(sig) ? (int)json_number_value(sig) : 0;
    json_decref(o);
    if (verdict < 0)
        return err_set(err, ERR_PROTO, 0, "a result without a verdict");
    *out = (struct immure_result){(enum immure_verdict)verdict, exit_code,
                                  signal, strdup(text)};
    if (out->json == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

/* 1: more to come; 0: *out_result is filled. */
static int
take_frame(const struct frame_header *h, char *payload,
           const struct immure_sink *sink, struct immure_result *out_result,
           struct err *err)
{
    if (h->type == FRAME_RESULT)
        return read_result(payload, out_result, err);
    if (h->type == FRAME_FAILURE) {
        enum err_code code =
            payload[0] <= ERR_GONE ? (enum err_code)payload[0] : ERR_SYSTEM;
        return err_set(err, code, 0, "%s", h->len > 1 ? payload + 1 : "");
    }
    if (sink != NULL && sink->output != NULL)
        sink->output(sink->arg, h->type == FRAME_STDOUT ? 1 : 2, payload,
                     h->len);
    return 1;
}

static int
read_frames(int fd, const struct immure_sink *sink,
            struct immure_result *out_result, struct err *err)
{
    for (;;) {
        uint8_t header[FRAME_HEADER];
        struct frame_header h;
        if (fd_read_full(fd, header, sizeof header, err) != 0)
            return err_set(err, ERR_GONE, 0,
                           "the supervisor ended without a result");
        if (frame_parse(header, FRAME_FROM_SUPERVISOR, &h, err) != 0)
            return -1;
        OWNED_STR payload = malloc((size_t)h.len + 1);
        if (payload == NULL)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
        if (fd_read_full(fd, payload, h.len, err) != 0)
            return -1;
        payload[h.len] = '\0';
        int more = take_frame(&h, payload, sink, out_result, err);
        if (more <= 0)
            return more;
    }
}

int
immure_run(const struct immure_config *config, const struct immure_job *job,
           const struct immure_sink *sink, struct immure_result *out_result,
           struct err *err)
{
    __attribute__((cleanup(session_clear))) struct session session = {.fd =
                                                                          -1};
    OWNED_BUFFER out = {0};
    const char *policy =
        config->policy_json ? config->policy_json : policy_builtin("pure");
    if (add_text(&out, FRAME_POLICY, policy, err) != 0 ||
        add_job(&out, job, err) != 0 ||
        session_start(&session, config, job, err) != 0)
        return -1;
    send_all(session.fd, &out);
    return read_frames(session.fd, sink, out_result, err);
}

void
immure_result_clear(struct immure_result *result)
{
    free(result->json);
    *result = (struct immure_result){0};
}
