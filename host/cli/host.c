/* immure host: a program of the operator's that calls sys.enter_jail(). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/cli/cli.h"
#include "host/cli/help.h"
#include "host/cli/launch.h"

/* The interpreter opens the program itself, as python3 does; here only what
 * is no program is told in one line. */
static int
check_program(const char *path, struct err *err)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return err_set(err, ERR_USAGE, 0,
                       "immure host runs a file; write immure host PROG.py");
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, ERR_USAGE, errno, "can't open \"%s\"", path);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_USAGE, 0, "\"%s\" is a directory, no file",
                       path);
    return 0;
}

int
cmd_host(const struct cli *cli, int *out_status, struct err *err)
{
    OWNED_OPTIONS o = {0};
    OWNED_POLICY policy = {0};
    OWNED_GRANTS grants = {0};
    if (options_parse(cli->argc, cli->argv, FOR_HOST, &o, err) != 0)
        return -1;
    if (o.help || o.version) {
        *out_status = o.help ? help_host() : help_version();
        return 0;
    }
    if (o.operands >= cli->argc)
        return err_set(err, ERR_USAGE, 0,
                       "immure host: which program? write immure host "
                       "PROG.py; see immure host --help");
    const char *program = cli->argv[o.operands];
    if (check_program(program, err) != 0 ||
        launch_policy(&o, &policy, err) != 0 ||
        grants_read(&o.grants, &grants, err) != 0)
        return -1;
    const char *const *args = (const char *const *)(cli->argv + o.operands);
    struct launch l = {.cli = cli,
                       .options = &o,
                       .policy = &policy,
                       .grants = &grants,
                       .host = true,
                       .job = {.code = {"", 0},
                               .filename = program,
                               .args = args,
                               .nargs = (size_t)(cli->argc - o.operands),
                               .nice = o.nice}};
    return launch(&l, out_status, err);
}
