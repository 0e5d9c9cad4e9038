/* Where output and the result go. */
#ifndef IMMURE_REPORT_H
#define IMMURE_REPORT_H

#include "host/cli/cli.h"
#include "host/cli/options.h"
#include "host/lib/immure.h"

struct report {
    bool json;        /* the result goes to stdout */
    const char *path; /* for messages; NULL without --report */
    int fd;           /* of --report or --report-fd, or -1 */
    int owned;        /* fd, when it is ours to close, or -1 */
    int lost;         /* errno of the first write to stdout that failed */
};

/* Before the run, so that no run is spent on a result that can't be kept:
 * open and empty --report's file, check --report-fd. */
int report_open(const struct cli *cli, const struct options *options,
                struct report *out, struct err *err);

/* struct immure_sink's output: the guest's bytes to our own stdout and
 * stderr.  arg is a struct report. */
void report_output(void *arg, int fd, const void *data, size_t len);

/* Write the result, and lines for people; the exit status. */
int report_end(struct report *report, const struct immure_result *result,
               bool explain);

void report_clear(struct report *report);

#define OWNED_REPORT __attribute__((cleanup(report_clear))) struct report

#endif
