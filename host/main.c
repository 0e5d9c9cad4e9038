/* immure: argv in, exit status out. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/cli/say.h"
#include "host/fd.h"

/* A descriptor 0 to 2 that is missing would be given to the next file or
 * socket, and guests' output would go there. */
static int
fill_standard(bool closed[3], struct err *err)
{
    for (int fd = 0; fd < 3; fd++) {
        closed[fd] = fcntl(fd, F_GETFD) < 0;
        if (closed[fd] && fd_null(err) < 0)
            return -1;
        if (closed[fd])
            (void)fcntl(fd, F_SETFD, 0); /* for the programs started, too */
    }
    return 0;
}

static int
run_command(struct cli *cli, int *out_status, struct err *err)
{
    for (const struct command *c = cli_commands; c->name; c++)
        if (cli->argc > 1 && strcmp(cli->argv[1], c->name) == 0) {
            cli->argc--;
            cli->argv++;
            return c->run(cli, out_status, err);
        }
    return cmd_run(cli, out_status, err);
}

int
main(int argc, char **argv)
{
    struct cli cli = {.argc = argc, .argv = argv};
    struct err err = {0};
    int status = STATUS_NOT_RUN;
    signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of write(2) */
    signal(SIGCHLD, SIG_DFL); /* ignored by the caller, children are lost */
    if (argc < 1 || fill_standard(cli.closed, &err) != 0 ||
        run_command(&cli, &status, &err) != 0) {
        say("%s", err.msg);
        return STATUS_NOT_RUN;
    }
    return status;
}
