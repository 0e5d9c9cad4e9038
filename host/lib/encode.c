/* A job as frames. */
#include <string.h>

#include "host/lib/context.h"
#include "host/wire/call.h"
#include "host/wire/job.h"

const struct immure_limits immure_default_limits = {
    .cpu_ms = 2000,
    .wall_ms = 5000,
    .memory = 256u << 20,
    .output = 1u << 20,
    .files = 16u << 20,
};

struct target {
    struct buf *out;
    uint16_t id;
};

static int
add_bytes(const struct target *t, enum frame_type type, const void *data,
          size_t len, struct err *err)
{
    return frame_add_id(t->out, type, t->id, data, len, err);
}

static int
add_text(const struct target *t, enum frame_type type, const char *text,
         struct err *err)
{
    return add_bytes(t, type, text, strlen(text), err);
}

static int
add_file(const struct target *t, const struct immure_file *file,
         struct err *err)
{
    const size_t name_len = strlen(file->name);
    const size_t len = 2 * sizeof(uint32_t) + name_len + file->content.len;
    if (frame_begin_id(t->out, FRAME_FILE, t->id, len, err) != 0 ||
        field_add(t->out, file->name, name_len, err) != 0)
        return -1;
    return field_add(t->out, file->content.data, file->content.len, err);
}

static int
add_lists(const struct target *t, const struct immure_job *job,
          const struct immure_limits *limits, struct err *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < job->nargs; i++)
        if (add_text(t, FRAME_ARG, job->args[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->nenv; i++)
        if (add_text(t, FRAME_ENV, job->env[i], err) != 0)
            return -1;
    for (size_t i = 0; i < job->nfiles; i++) {
        total += job->files[i].content.len;
        if (total > limits->files)
            return err_set(err, ERR_USAGE, 0,
                           "the given files are over the files limit of "
                           "%llu bytes",
                           (unsigned long long)limits->files);
        if (add_file(t, &job->files[i], err) != 0)
            return -1;
    }
    return 0;
}

static int
add_limits(const struct target *t, const struct immure_limits *l, int nice,
           struct err *err)
{
    const struct job_limits limits = {l->cpu_ms, l->wall_ms, l->memory,
                                      l->output, l->files,   (uint64_t)nice,
                                      l->fuel};
    return job_limits_add(t->out, t->id, &limits, err);
}

static int
add_quota(const struct target *t, uint64_t bytes, struct err *err)
{
    OWNED_BUFFER quota = {0};
    if (u64_add(&quota, bytes, err) != 0)
        return -1;
    return add_bytes(t, FRAME_QUOTA, quota.data, quota.len, err);
}

/* A stock interpreter counts nothing: no guest runs, rather than one without
 * the bound that was asked for. */
static int
add_fuel(const struct target *t, uint64_t steps, struct err *err)
{
    OWNED_BUFFER fuel = {0};
    if (steps == 0)
        return 0;
    if (strcmp(PYTHON_ENGINE, "patched") != 0)
        return err_set(err, ERR_USAGE, 0,
                       "fuel: the stock engine counts no steps: bound cpu, or "
                       "build with ./bootstrap --patched");
    if (u64_add(&fuel, steps, err) != 0)
        return -1;
    return add_bytes(t, FRAME_FUEL, fuel.data, fuel.len, err);
}

static int
add_grants(const struct target *t, const struct immure_job *job,
           struct err *err)
{
    for (size_t i = 0; i < job->ngrants; i++) {
        const struct immure_grant *g = &job->grants[i];
        const struct span name = {(const uint8_t *)g->name, strlen(g->name)};
        OWNED_BUFFER payload = {0};
        if (!call_name_is_valid(name))
            return err_set(
                err, ERR_USAGE, 0,
                "a function that is granted has a name of 1 to %d "
                "letters, digits, \"_\", \".\" and \"-\": \"%.80s\"",
                CALL_NAME_MAX, g->name);
        if (u32_add(&payload, g->calls, err) != 0 ||
            u64_add(&payload, g->bytes, err) != 0 ||
            buf_add(&payload, name.data, name.len, err) != 0 ||
            add_bytes(t, FRAME_GRANT, payload.data, payload.len, err) != 0)
            return -1;
    }
    return 0;
}

static int
check_grants(const struct immure_job *job, struct err *err)
{
    if (job->ngrants > GRANTS_MAX)
        return err_set(err, ERR_USAGE, 0, "more than %d functions are granted",
                       GRANTS_MAX);
    for (size_t i = 0; i < job->ngrants; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(job->grants[i].name, job->grants[k].name) == 0)
                return err_set(err, ERR_USAGE, 0,
                               "the function %.80s is granted twice",
                               job->grants[i].name);
    return 0;
}

static int
add_globals_and_seed(const struct target *t, const struct immure_job *job,
                     struct err *err)
{
    if (job->globals_json != NULL &&
        add_text(t, FRAME_GLOBALS, job->globals_json, err) != 0)
        return -1;
    if (!job->seeded)
        return 0;
    OWNED_BUFFER seed = {0};
    if (u64_add(&seed, (uint64_t)job->seed, err) != 0)
        return -1;
    return add_bytes(t, FRAME_SEED, seed.data, seed.len, err);
}

static int
add_session(const struct target *t, const struct immure_job *job,
            struct err *err)
{
    const uint8_t flags = (uint8_t)((job->brief ? SESSION_BRIEF : 0) |
                                    (job->yields ? SESSION_YIELDS : 0));
    return add_bytes(t, FRAME_SESSION, &flags, flags ? 1 : 0, err);
}

static int
add_function(const struct target *t, const struct immure_job *job,
             const struct immure_limits *l, struct err *err)
{
    if (add_text(t, FRAME_FUNCTION, job->function, err) != 0 ||
        add_fuel(t, l->fuel, err) != 0)
        return -1;
    return add_bytes(t, FRAME_INPUT, job->input.data, job->input.len, err);
}

static int
add_program(const struct target *t, const struct immure_job *job,
            const struct immure_limits *l, struct err *err)
{
    if ((job->interactive &&
         add_bytes(t, FRAME_INTERACTIVE, NULL, 0, err) != 0) ||
        add_text(t, FRAME_FILENAME, job->filename ? job->filename : "<string>",
                 err) != 0 ||
        add_quota(t, l->files, err) != 0 || add_fuel(t, l->fuel, err) != 0 ||
        add_lists(t, job, l, err) != 0 ||
        add_bytes(t, FRAME_INPUT, job->input.data, job->input.len, err) != 0 ||
        add_globals_and_seed(t, job, err) != 0)
        return -1;
    return add_bytes(t, FRAME_CODE, job->code.data, job->code.len, err);
}

int
encode_job(struct buf *out, uint16_t id, const struct immure_job *job,
           bool session, struct err *err)
{
    static const struct immure_limits none = {0};
    const struct target t = {out, id};
    const struct immure_limits *l =
        memcmp(&job->limits, &none, sizeof none) == 0 ? &immure_default_limits
                                                      : &job->limits;
    if (!session && (job->function != NULL || job->brief || job->yields))
        return err_set(err, ERR_USAGE, 0,
                       "function, brief and yields are for steps of a "
                       "session");
    if (check_grants(job, err) != 0 ||
        add_limits(&t, l, job->nice, err) != 0 ||
        add_grants(&t, job, err) != 0 ||
        (session && add_session(&t, job, err) != 0) ||
        (job->function != NULL ? add_function(&t, job, l, err)
                               : add_program(&t, job, l, err)) != 0)
        return -1;
    return add_bytes(&t, FRAME_RUN, NULL, 0, err);
}
