#include "host/cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/ending.h"
#include "host/cli/say.h"

static int
check_descriptor(int fd, const bool closed[3], struct err *err)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (fd < 3 && closed[fd]))
        return err_set(err, ERR_USAGE, 0,
                       "--report-fd %d: no such descriptor is open; open it "
                       "in the shell, for example with %d>result.json",
                       fd, fd);
    if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH))
        return err_set(err, ERR_USAGE, 0,
                       "--report-fd %d: the descriptor is not open for "
                       "writing",
                       fd);
    /* No child has a use for it. */
    if (fd > STDERR_FILENO && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_set(err, ERR_SYSTEM, errno, "--report-fd %d", fd);
    return 0;
}

int
report_open(const struct cli *cli, const struct options *options,
            struct report *out, struct err *err)
{
    *out = (struct report){
        .json = options->json, .fd = options->report_fd, .owned = -1};
    if (options->json && cli->closed[STDOUT_FILENO])
        return err_set(err, ERR_USAGE, 0,
                       "--json: the result is to go to stdout, which is "
                       "closed");
    if (options->report_fd >= 0)
        return check_descriptor(options->report_fd, cli->closed, err);
    if (options->report == NULL)
        return 0;
    /* Emptied now: a run that fails must not leave the last one's result. */
    out->owned =
        open(options->report,
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (out->owned < 0)
        return err_set(err, ERR_USAGE, errno, "--report: can't write \"%s\"",
                       options->report);
    out->path = options->report;
    out->fd = out->owned;
    return 0;
}

void
report_output(void *arg, int fd, const void *data, size_t len)
{
    struct report *report = arg;
    if (fd == STDERR_FILENO)
        (void)say_bytes(fd, data, len);
    else if (report->lost == 0)
        report->lost = say_bytes(fd, data, len);
}

static int
write_result(int fd, const struct immure_result *result)
{
    int failed = say_bytes(fd, result->json, strlen(result->json));
    return failed ? failed : say_bytes(fd, "\n", 1);
}

int
report_end(struct report *report, const struct immure_result *result,
           bool explain)
{
    int status = ending_status(result), failed = 0;
    if (report->json && report->lost == 0)
        report->lost = write_result(STDOUT_FILENO, result);
    if (report->fd >= 0)
        failed = write_result(report->fd, result);
    if (!report->json)
        ending_say(result);
    if (explain)
        ending_explain(result);
    if (report->lost != 0)
        say("can't write to stdout: %s", strerror(report->lost));
    if (failed != 0)
        say("can't write the result to %s: %s",
            report->path ? report->path : "--report-fd's descriptor",
            strerror(failed));
    if ((report->lost != 0 || failed != 0) && status < STATUS_OUTPUT_LOST)
        return STATUS_OUTPUT_LOST;
    return status;
}

void
report_clear(struct report *report)
{
    cleanup_fd(&report->owned);
    *report = (struct report){.fd = -1, .owned = -1};
}
