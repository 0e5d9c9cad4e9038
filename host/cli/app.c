/* immure app: host WSGI applications.  The work is another program's, for
 * what it is built on would cost every other command its start. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/paths.h"

static const char without[] =
    "immure app is not there: this immure was built without libmicrohttpd "
    "(install libmicrohttpd-dev, and build again)";

int
cmd_app(const struct cli *cli, int *out_status, struct err *err)
{
    char program[PATH_MAX];
    for (int i = 1; i < cli->argc; i++)
        if (strcmp(cli->argv[i], "--help") == 0) {
            *out_status = help_app();
            return 0;
        }
    if (paths_program("immure-app", program, sizeof program, err) != 0 ||
        access(program, X_OK) != 0)
        return err_set(err, ERR_USAGE, 0, "%s", without);
    execv(program, cli->argv);
    return err_set(err, ERR_SYSTEM, errno, "start %s", program);
}
