#include "host/cli/advice.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"

enum { TEXT_MAX = 64 << 10 };

enum test {
    IS,     /* the file's text is this */
    LACKS,  /* it is there, and this is not in it */
    ABSENT, /* there is no such file */
};

/* The first row that fits is told: from the particular to the general. */
/* clang-format off */
static const struct {
    const char *layer;
    const char *file;
    enum test test;
    const char *text;
    const char *advice;
} rows[] = {
    {"user_ns", "/proc/self/uid_map", ABSENT, "",
     "there is no /proc here: mount it (mount -t proc proc /proc). Inside a "
     "chroot the kernel refuses user namespaces: enter with pivot_root(8), as "
     "containers do, not with chroot(8)"},
    {"user_ns", "/proc/self/mountinfo", LACKS, " / r",
     "this is a chroot, where the kernel refuses user namespaces: enter with "
     "pivot_root(8), as containers do, not with chroot(8)"},
    {"user_ns", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", IS, "1",
     "AppArmor refuses user namespaces to programs without a profile (Ubuntu "
     "from 23.10): install contrib/apparmor/immure into /etc/apparmor.d and "
     "run: sudo apparmor_parser -r /etc/apparmor.d/immure; or, for all "
     "programs: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
    {"user_ns", "/proc/sys/kernel/unprivileged_userns_clone", IS, "0",
     "Debian's switch is off: sudo sysctl kernel.unprivileged_userns_clone=1 "
     "(and the same line in /etc/sysctl.d/, to keep it)"},
    {"user_ns", "/proc/sys/user/max_user_namespaces", IS, "0",
     "none are allowed: sudo sysctl user.max_user_namespaces=15000 (RHEL's "
     "default was 0)"},
    {"user_ns", "/proc/sys/user/max_user_namespaces", ABSENT, "",
     "a kernel with CONFIG_USER_NS"},
    {"landlock", "/sys/kernel/security/lsm", LACKS, "landlock",
     "the kernel has it and did not start it: put landlock first into the "
     "list of /sys/kernel/security/lsm, as boot parameter lsm=landlock,... "
     "(GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub)"},
    {"trace", "/proc/sys/kernel/yama/ptrace_scope", IS, "3",
     "kernel.yama.ptrace_scope is 3: nobody may trace until the next boot; "
     "set 1 in /etc/sysctl.d/"},
    {"trace", "/proc/sys/kernel/yama/ptrace_scope", IS, "2",
     "kernel.yama.ptrace_scope is 2: only with CAP_SYS_PTRACE; sudo sysctl "
     "kernel.yama.ptrace_scope=1"},
    {"time_ns", "/proc/self/ns/time", ABSENT, "",
     "/proc, and a kernel >= 5.6 with CONFIG_TIME_NS"},
};
/* clang-format on */

/* The text of a small file, without the newline at its end. */
static bool
read_small(const char *path, char out[TEXT_MAX])
{
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, TEXT_MAX - 1);
    if (n < 0)
        return false;
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
    return true;
}

static bool
fits(size_t i)
{
    char text[TEXT_MAX];
    bool there = read_small(rows[i].file, text);
    switch (rows[i].test) {
    case IS:
        return there && strcmp(text, rows[i].text) == 0;
    case LACKS:
        return there && strstr(text, rows[i].text) == NULL;
    case ABSENT:
        return access(rows[i].file, F_OK) != 0;
    }
    return false;
}

const char *
advice_for(const char *layer)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].layer, layer) == 0 && fits(i))
            return rows[i].advice;
    return NULL;
}

static void
close_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}

const char *
advice_system(char *buf, size_t len)
{
    __attribute__((cleanup(close_file))) FILE *f =
        fopen("/etc/os-release", "re");
    char line[TEXT_MAX], name[256];
    buf[0] = '\0';
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "PRETTY_NAME=\"%255[^\"\n]", name) == 1 ||
            sscanf(line, "PRETTY_NAME=%255[^\"\n]", name) == 1)
            snprintf(buf, len, "%s", name);
    return buf;
}
