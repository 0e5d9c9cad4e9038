/* immure run: one guest, from the command line to the exit status. */
#include <stdlib.h>
#include <string.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/inputs.h"
#include "host/cli/launch.h"
#include "host/cli/source.h"

/* sys.argv: the program's name, then what follows it on the command line. */
static int
make_args(const struct cli *cli, const struct source *source,
          const char ***out_args, size_t *out_count, struct err *err)
{
    size_t rest = (size_t)(cli->argc - source->first_arg);
    const char **args = calloc(rest + 1, sizeof *args);
    if (args == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    args[0] = source->argv0;
    for (size_t i = 0; i < rest; i++)
        args[i + 1] = cli->argv[source->first_arg + (int)i];
    *out_args = args;
    *out_count = rest + 1;
    return 0;
}

static struct immure_job
make_job(const struct options *o, const struct source *source,
         const struct inputs *inputs)
{
    return (struct immure_job){
        .code = {source->code, source->len},
        .filename = source->filename,
        .env = o->env.items,
        .nenv = o->env.count,
        .files = inputs->files,
        .nfiles = inputs->nfiles,
        .input = {inputs->input, inputs->input_len},
        .globals_json = inputs->globals,
        .seeded = o->seeded,
        .seed = o->seed,
        .nice = o->nice,
    };
}

int
cmd_run(const struct cli *cli, int *out_status, struct err *err)
{
    OWNED_OPTIONS o = {0};
    OWNED_SOURCE source = {0};
    OWNED_INPUTS inputs = {0};
    OWNED_POLICY policy = {0};
    OWNED_GRANTS grants = {0};
    if (options_parse(cli->argc, cli->argv, FOR_RUN, &o, err) != 0)
        return -1;
    if (o.help || o.version) {
        *out_status = o.help ? help_general() : help_version();
        return 0;
    }
    if (source_read(cli, &o, &source, err) != 0 ||
        grants_read(&o.grants, &grants, err) != 0 ||
        launch_policy(&o, &policy, err) != 0 ||
        inputs_read(cli, &o, policy.limits[POLICY_FILES].value, &inputs,
                    err) != 0)
        return -1;
    struct launch l = {.cli = cli,
                       .options = &o,
                       .policy = &policy,
                       .grants = &grants,
                       .job = make_job(&o, &source, &inputs)};
    const char **args = NULL;
    if (make_args(cli, &source, &args, &l.job.nargs, err) != 0)
        return -1;
    l.job.args = args;
    int done = launch(&l, out_status, err);
    free(args);
    return done;
}
