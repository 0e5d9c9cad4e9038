#include "host/cli/launch.h"

#include "host/cli/report.h"
#include "host/cli/tool.h"

int
launch_policy(const struct options *options, struct policy *out,
              struct err *err)
{
    const char *given = options->policy ? options->policy : "pure";
    if (tool_policy(given, &options->imports, out, err) != 0)
        return -1;
    for (int i = 0; i < POLICY_LIMIT_COUNT; i++)
        if (options->limit_given[i] &&
            policy_override(out, (enum policy_limit)i, options->limits[i],
                            err) != 0)
            return -1;
    return 0;
}

static struct immure_limits
limits_of(const struct policy *policy)
{
    const struct policy_value *limits = policy->limits;
    return (struct immure_limits){
        .cpu_ms = limits[POLICY_CPU].value,
        .wall_ms = limits[POLICY_WALL].value,
        .memory = limits[POLICY_MEMORY].value,
        .output = limits[POLICY_OUTPUT].value,
        .files = limits[POLICY_FILES].value,
    };
}

int
launch(struct launch *launch, int *out_status, struct err *err)
{
    OWNED_REPORT report = {.fd = -1, .owned = -1};
    const struct options *o = launch->options;
    struct immure_result result = {0};
    if (report_open(launch->cli, o, &report, err) != 0)
        return -1;
    launch->config.policy_json = launch->policy->json;
    launch->job.limits = limits_of(launch->policy);
    const struct immure_sink sink = {report_output, &report};
    if (immure_run(&launch->config, &launch->job, o->json ? NULL : &sink,
                   &result, err) != 0)
        return -1;
    *out_status = report_end(&report, &result, o->explain);
    immure_result_clear(&result);
    return 0;
}
