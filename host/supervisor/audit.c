#include "host/supervisor/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/cleanup.h"

enum { LINE_MAX_BYTES = 512 };

static const char *const words[ANSWER_COUNT] = {
    [ANSWER_VALUE] = "value",
    [ANSWER_ERROR] = "error",
    [ANSWER_DENIED] = "denied",
    [ANSWER_QUOTA] = "quota",
};

/* A pipe that nobody reads would stop all guests. */
int
audit_open(struct audit *audit, const char *path, struct err *err)
{
    struct stat st;
    OWNED_FD fd =
        open(path,
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             0600);
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, ERR_USAGE, errno, "--audit %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_USAGE, 0, "--audit %s: not a file", path);
    audit->fd = take_fd(&fd);
    return 0;
}

void
audit_close(struct audit *audit)
{
    cleanup_fd(&audit->fd);
    audit->fd = -1;
}

/* The name is one that call_parse() has taken: no more than its letters.  One
 * write(2), so that lines of several processes do not mix. */
int
audit_write(const struct audit *audit, const struct audit_call *call,
            struct err *err)
{
    char line[LINE_MAX_BYTES], when[32];
    struct timespec now;
    struct tm tm;
    if (audit->fd < 0)
        return 0;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    int n =
        snprintf(line, sizeof line,
                 "{\"time\": \"%s.%03ldZ\", \"policy\": \"%s\", \"job\": "
                 "%u, \"name\": \"%.*s\", \"to\": \"%s\", \"sent\": %zu, "
                 "\"came\": %zu, \"ms\": %.3f, \"answer\": \"%s\"}\n",
                 when, now.tv_nsec / 1000000, call->policy, call->job,
                 (int)call->name.len, (const char *)call->name.data,
                 call->gateway ? "gateway" : "program", call->sent, call->came,
                 (double)(call->ns / 1000) / 1000, words[call->status]);
    if (n > 0 && n < LINE_MAX_BYTES && write(audit->fd, line, (size_t)n) == n)
        return 0;
    return err_set(err, ERR_SYSTEM, errno, "write the audit log");
}
