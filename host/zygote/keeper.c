#include "host/zygote/keeper.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/wire/control.h"

enum { STATUS_BROKEN = 125, CORE_DUMPED = 0x80 };

int
keeper_begin(struct wall *wall, struct err *err)
{
    signal(SIGCHLD, SIG_DFL); /* ignored, there would be no status */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return err_set(err, ERR_SYSTEM, errno, "follow the zygote");
    if (getppid() != wall->parent)
        return err_set(err, ERR_GONE, 0, "the zygote is gone");
    wall->parent = getpid();
    return 0;
}

static int
wait_status(const siginfo_t *info)
{
    switch (info->si_code) {
    case CLD_EXITED:
        return (info->si_status & 0xff) << 8;
    case CLD_DUMPED:
        return info->si_status | CORE_DUMPED;
    }
    return info->si_status;
}

_Noreturn void
keeper_watch(pid_t guest, int hello_fd)
{
    struct control_ended ended = {0};
    siginfo_t info = {0};
    char byte;
    for (int fd = 0; fd < GUEST_FD_COUNT; fd++)
        close(fd);
    /* waitid(3) has no place for the usage; waitpid(2) would free the pid,
       which the supervisor still sends signals to. */
    while (syscall(SYS_waitid, P_PID, guest, &info, WEXITED | WNOWAIT,
                   &ended.usage) != 0)
        if (errno != EINTR)
            _exit(STATUS_BROKEN);
    ended.wait_status = wait_status(&info);
    if (fd_send(hello_fd, &ended, sizeof ended, NULL, 0, NULL) == 0)
        while (read(hello_fd, &byte, 1) < 0 && errno == EINTR)
            continue;
    _exit(0);
}
