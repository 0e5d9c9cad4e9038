#include "host/cli/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/out.h"
#include "host/cli/report.h"
#include "host/cli/tool.h"

int
launch_policy(const struct options *options, struct policy *out,
              struct err *err)
{
    const char *given = options->policy ? options->policy : "pure";
    if (tool_policy(given, options, out, err) != 0)
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
        .fuel = limits[POLICY_FUEL_LIMIT].value,
    };
}

/* The library's errors become this program's. */
static int
hand_over(const struct immure_err *from, struct err *err)
{
    err_set(err, (enum err_code)from->code, 0, "%s", from->msg);
    err->sys_errno = from->sys_errno;
    return -1;
}

struct listener {
    struct report *report;
    const struct launch *launch;
};

static void
on_output(void *arg, struct immure_call *call, int fd, const void *data,
          size_t len)
{
    const struct listener *listener = arg;
    (void)call;
    report_output(listener->report, fd, data, len);
}

static void
on_called(void *arg, struct immure_call *call, const char *function,
          uint32_t serial, const void *data, size_t len)
{
    const struct launch *launch = ((const struct listener *)arg)->launch;
    grants_answer(launch->grants, launch->job.limits.wall_ms, call, function,
                  serial, data, len);
}

/* The supervisor opens it again: what is wrong with it is said here. */
static int
check_audit(const char *path, struct err *err)
{
    struct stat st;
    if (path == NULL)
        return 0;
    OWNED_FD fd =
        open(path,
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             0600);
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, ERR_USAGE, errno, "--audit %s", path);
    return S_ISREG(st.st_mode)
               ? 0
               : err_set(err, ERR_USAGE, 0, "--audit %s: not a file", path);
}

int
launch(struct launch *launch, int *out_status, struct err *err)
{
    OWNED_REPORT report = {.fd = -1, .owned = -1};
    const struct options *o = launch->options;
    struct immure_result result = {0};
    struct immure_err failed;
    OWNED_FD out = -1;
    if (report_open(launch->cli, o, &report, err) != 0 ||
        check_audit(o->audit, err) != 0 ||
        (o->out != NULL && out_open(o->out, &out, err) != 0))
        return -1;
    launch->job.limits = limits_of(launch->policy);
    struct listener listener = {&report, launch};
    const struct immure_events events = {.output = o->json ? NULL : on_output,
                                         .called = on_called,
                                         .arg = &listener};
    if (launch->grants != NULL) {
        launch->job.grants = launch->grants->rows;
        launch->job.ngrants = launch->grants->count;
    }
    const struct immure_config config = {.audit = o->audit};
    int done =
        launch->host
            ? immure_run_host(&config, launch->policy->json, &launch->job,
                              STDIN_FILENO, &events, &result, &failed)
            : immure_run(&config, launch->policy->json, &launch->job, &events,
                         &result, &failed);
    if (done != 0)
        return hand_over(&failed, err);
    *out_status = report_end(&report, &result, o->explain);
    if (out >= 0 && out_write(out, result.json) > 0 &&
        *out_status < STATUS_OUTPUT_LOST)
        *out_status = STATUS_OUTPUT_LOST;
    immure_result_clear(&result);
    return 0;
}
