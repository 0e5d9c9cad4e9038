/* What `immure run` and `immure host` share: policy, run, report. */
#ifndef IMMURE_LAUNCH_H
#define IMMURE_LAUNCH_H

#include "host/cli/cli.h"
#include "host/cli/grants.h"
#include "host/cli/options.h"
#include "host/lib/immure.h"

/* The policy of --policy and --allow-import, with the limits of the command
 * line above it. */
int launch_policy(const struct options *options, struct policy *out,
                  struct err *err);

struct launch {
    const struct cli *cli;
    const struct options *options;
    const struct policy *policy;
    struct grants *grants; /* NULL: none */
    bool host;             /* args[0] of the job is an operator's program */
    struct immure_job job; /* limits are filled in by launch() */
};

int launch(struct launch *launch, int *out_status, struct err *err);

#endif
