#include "host/wire/job.h"

#include <stdlib.h>

int
job_limits_add(struct buf *out, uint16_t id, const struct job_limits *limits,
               struct err *err)
{
    const uint64_t v[] = {limits->cpu_ms, limits->wall_ms, limits->memory,
                          limits->output, limits->files,   limits->nice,
                          limits->fuel};
    OWNED_BUFFER payload = {0};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (u64_add(&payload, v[i], err) != 0)
            return -1;
    return frame_add_id(out, FRAME_LIMITS, id, payload.data, payload.len, err);
}

int
job_limits_parse(struct span payload, struct job_limits *out, struct err *err)
{
    struct job_limits got = {0};
    uint64_t *v[] = {&got.cpu_ms, &got.wall_ms, &got.memory, &got.output,
                     &got.files,  &got.nice,    &got.fuel};
    size_t n = sizeof v / sizeof *v;
    /* Clients that know of no fuel leave it out. */
    if (payload.len == (n - 1) * sizeof **v)
        n--;
    for (size_t i = 0; i < n; i++)
        if (span_take_u64(&payload, v[i], err) != 0)
            return -1;
    if (payload.len != 0)
        return err_set(err, ERR_PROTO, 0, "%zu bytes behind the limits",
                       payload.len);
    *out = got;
    return 0;
}

static int
add_span(struct span **list, size_t *n, struct span s, struct err *err)
{
    struct span *grown = realloc(*list, (*n + 1) * sizeof **list);
    if (grown == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *list = grown;
    grown[(*n)++] = s;
    return 0;
}

static int
add_file(struct job *job, struct span rest, struct err *err)
{
    struct job_file file;
    if (span_take_field(&rest, &file.name, err) != 0 ||
        span_take_field(&rest, &file.content, err) != 0)
        return -1;
    if (rest.len != 0)
        return err_set(err, ERR_PROTO, 0, "%zu bytes behind a file", rest.len);
    struct job_file *grown =
        realloc(job->files, (job->nfiles + 1) * sizeof *grown);
    if (grown == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    job->files = grown;
    grown[job->nfiles++] = file;
    return 0;
}

static int
set_seed(struct job *job, struct span rest, struct err *err)
{
    uint64_t v;
    if (span_take_u64(&rest, &v, err) != 0)
        return -1;
    job->seeded = true;
    job->seed = (int64_t)v;
    return 0;
}

static int
set_globals(struct job *job, struct span text, struct err *err)
{
    (void)err;
    job->globals = text;
    job->has_globals = true;
    return 0;
}

static int
set_session(struct job *job, struct span flags, struct err *err)
{
    (void)err;
    job->session = true;
    job->brief = flags.len > 0 && (flags.data[0] & SESSION_BRIEF);
    return 0;
}

static int
set_interactive(struct job *job, struct span nothing, struct err *err)
{
    (void)nothing, (void)err;
    job->interactive = true;
    return 0;
}

static int
set_filename(struct job *job, struct span text, struct err *err)
{
    (void)err;
    job->filename = text;
    return 0;
}

static int
set_code(struct job *job, struct span code, struct err *err)
{
    (void)err;
    job->code = code;
    return 0;
}

static int
set_input(struct job *job, struct span bytes, struct err *err)
{
    (void)err;
    job->input = bytes;
    return 0;
}

static int
set_function(struct job *job, struct span name, struct err *err)
{
    (void)err;
    job->function = name;
    return 0;
}

static int
set_quota(struct job *job, struct span rest, struct err *err)
{
    return span_take_u64(&rest, &job->quota, err);
}

static int
set_fuel(struct job *job, struct span rest, struct err *err)
{
    return span_take_u64(&rest, &job->fuel, err);
}

static int
add_arg(struct job *job, struct span text, struct err *err)
{
    return add_span(&job->args, &job->nargs, text, err);
}

static int
add_env(struct job *job, struct span text, struct err *err)
{
    return add_span(&job->env, &job->nenv, text, err);
}

static int (*const parts[FRAME_TYPE_COUNT])(struct job *, struct span,
                                            struct err *) = {
    [FRAME_FILENAME] = set_filename, [FRAME_CODE] = set_code,
    [FRAME_INPUT] = set_input,       [FRAME_GLOBALS] = set_globals,
    [FRAME_SESSION] = set_session,   [FRAME_ARG] = add_arg,
    [FRAME_ENV] = add_env,           [FRAME_QUOTA] = set_quota,
    [FRAME_FUEL] = set_fuel,         [FRAME_FILE] = add_file,
    [FRAME_SEED] = set_seed,         [FRAME_INTERACTIVE] = set_interactive,
    [FRAME_FUNCTION] = set_function,
};

static int
add_frame(struct job *job, enum frame_type type, struct span payload,
          struct err *err)
{
    if (parts[type] == NULL)
        return err_set(err, ERR_PROTO, 0, "a %s frame inside a job",
                       frame_name(type));
    return parts[type](job, payload, err);
}

int
job_parse(const struct buf *b, struct job *out, struct err *err)
{
    __attribute__((cleanup(job_clear))) struct job job = {0};
    size_t at = 0;
    for (;;) {
        struct frame_header header;
        const uint8_t *payload;
        int got = frame_next(b, at, FRAME_FROM_CLIENT, &header, &payload, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return err_set(err, ERR_PROTO, 0, "a job without its end");
        at += FRAME_HEADER + header.len;
        if (header.type == FRAME_RUN)
            break;
        struct span span = {payload, header.len};
        if (add_frame(&job, header.type, span, err) != 0)
            return -1;
    }
    if (at != b->len)
        return err_set(err, ERR_PROTO, 0, "%zu bytes behind a job",
                       b->len - at);
    *out = job;
    job = (struct job){0};
    return 0;
}

void
job_clear(struct job *job)
{
    free(job->args);
    free(job->env);
    free(job->files);
    *job = (struct job){0};
}
