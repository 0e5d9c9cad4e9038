#include "host/cli/cli.h"

#include <stddef.h>

/* clang-format off */
const struct command cli_commands[] = {
    {"run",    "run a Python program in the jail (the default)", cmd_run},
    {"host",   "run a program of yours that calls sys.enter_jail()", cmd_host},
    {"repl",   "try a policy: type Python, ask why, change it", cmd_repl},
    {"app",    "host WSGI applications, each in a jail", cmd_app},
    {"policy", "check a policy file, explain what is denied and why", cmd_policy},
    {"doctor", "try every layer of the wall on this machine", cmd_doctor},
    {"bench",  "measure what a guest costs, against others", cmd_bench},
    {"grade",  "mark a submission by tests that it can't reach", cmd_grade},
    {"help",   "print this text, or that of a command", cmd_help},
    {NULL, NULL, NULL},
};
/* clang-format on */
