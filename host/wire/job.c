#include "host/wire/job.h"

#include <stdlib.h>

int
job_limits_add(struct buf *out, uint16_t id, const struct job_limits *limits,
               struct err *err)
{
    const uint64_t v[] = {limits->cpu_ms, limits->wall_ms, limits->memory,
                          limits->output, limits->files,   limits->nice};
    OWNED_BUFFER payload = {0};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        if (u64_add(&payload, v[i], err) != 0)
            return -1;
    return frame_add_id(out, FRAME_LIMITS, id, payload.data, payload.len, err);
}

int
job_limits_parse(struct span payload, struct job_limits *out, struct err *err)
{
    struct job_limits got;
    uint64_t *v[] = {&got.cpu_ms, &got.wall_ms, &got.memory,
                     &got.output, &got.files,   &got.nice};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
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
set_globals(struct job *job, struct span text)
{
    job->globals = text;
    job->has_globals = true;
    return 0;
}

static int
set_session(struct job *job)
{
    job->session = true;
    return 0;
}

static int
add_frame(struct job *job, enum frame_type type, struct span payload,
          struct err *err)
{
    switch (type) {
    case FRAME_FILENAME:
        job->filename = payload;
        return 0;
    case FRAME_CODE:
        job->code = payload;
        return 0;
    case FRAME_INPUT:
        job->input = payload;
        return 0;
    case FRAME_GLOBALS:
        return set_globals(job, payload);
    case FRAME_SESSION:
        return set_session(job);
    case FRAME_ARG:
        return add_span(&job->args, &job->nargs, payload, err);
    case FRAME_ENV:
        return add_span(&job->env, &job->nenv, payload, err);
    case FRAME_QUOTA:
        return span_take_u64(&payload, &job->quota, err);
    case FRAME_FILE:
        return add_file(job, payload, err);
    case FRAME_SEED:
        return set_seed(job, payload, err);
    case FRAME_POLICY:
    case FRAME_LIMITS:
    case FRAME_RUN:
    case FRAME_STDOUT:
    case FRAME_STDERR:
    case FRAME_RESULT:
    case FRAME_FAILURE:
    case FRAME_SEALED:
    case FRAME_BROKEN:
    case FRAME_DENIAL:
    case FRAME_DENIAL_COUNT:
    case FRAME_EXCEPTION:
    case FRAME_TRACE:
    case FRAME_CHANGED:
    case FRAME_LIMIT:
    case FRAME_END:
    case FRAME_JOB:
    case FRAME_CANCEL:
    case FRAME_INTERRUPT:
    case FRAME_RESET:
    case FRAME_PAUSE:
    case FRAME_RESUME:
    case FRAME_FORGET:
    case FRAME_STATS:
    case FRAME_DRAIN:
    case FRAME_OPENED:
    case FRAME_REFUSED:
    case FRAME_BUSY:
    case FRAME_CLOSED:
    case FRAME_TYPE_COUNT:
        break;
    }
    return err_set(err, ERR_PROTO, 0, "a %s frame inside a job",
                   frame_name(type));
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
