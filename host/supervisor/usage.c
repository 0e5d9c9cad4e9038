#include "host/supervisor/usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"

enum { TEXT = 4096, UNREAD_NS = 500000 };

static int
open_of(pid_t pid, const char *file)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static bool
read_all(int fd, char out[TEXT])
{
    ssize_t n = fd < 0 ? -1 : pread(fd, out, TEXT - 1, 0);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* The number behind a name of /proc/PID/status. */
static uint64_t
value_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Fields 10 and 12, counted from behind the name, which may hold anything. */
static void
read_faults(int fd, struct usage_counts *out)
{
    char text[TEXT];
    if (!read_all(fd, text))
        return;
    unsigned long long minor, major;
    const char *rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %llu %*u %llu", &minor,
               &major) != 2)
        return;
    out->minor_faults = minor;
    out->major_faults = major;
}

static void
read_status(int fd, struct usage_counts *out, uint64_t *out_peak)
{
    char text[TEXT];
    if (!read_all(fd, text))
        return;
    *out_peak = value_of(text, "\nVmHWM:") * 1024;
    out->voluntary_switches = value_of(text, "\nvoluntary_ctxt_switches:");
    out->involuntary_switches =
        value_of(text, "\nnonvoluntary_ctxt_switches:");
}

void
usage_of_step(struct usage *usage, pid_t pid, uint64_t cpu_ns,
              struct facts *facts)
{
    const struct usage_counts base = usage->base;
    facts->mem_peak = usage->peak;
    usage->unread_ns += cpu_ns;
    if (usage->stat >= 0 && usage->unread_ns < UNREAD_NS)
        return;
    usage->unread_ns = 0;
    if (usage->stat < 0) {
        usage->stat = open_of(pid, "stat");
        usage->status = open_of(pid, "status");
    }
    read_faults(usage->stat, &usage->base);
    read_status(usage->status, &usage->base, &usage->peak);
    facts->mem_peak = usage->peak;
    facts->minor_faults = usage->base.minor_faults - base.minor_faults;
    facts->major_faults = usage->base.major_faults - base.major_faults;
    facts->voluntary_switches =
        usage->base.voluntary_switches - base.voluntary_switches;
    facts->involuntary_switches =
        usage->base.involuntary_switches - base.involuntary_switches;
}

void
usage_clear(struct usage *usage)
{
    cleanup_fd(&usage->stat);
    cleanup_fd(&usage->status);
    *usage = USAGE_NONE;
}
