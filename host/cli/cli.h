/* What main() hands to a command, and what a command hands back.
 *
 * A command returns 0 with *out_status, or -1 with *err: then nothing ran,
 * main() prints the one line and exits with STATUS_NOT_RUN. */
#ifndef IMMURE_CLI_H
#define IMMURE_CLI_H

#include <stdbool.h>

#include "host/err.h"

enum {
    STATUS_OUTPUT_LOST = 120, /* stdout took no more: python3's own status */
    STATUS_LIMIT = 124,
    STATUS_NOT_RUN = 125,
    STATUS_DENIED = 126,
    STATUS_SIGNAL = 128, /* plus the signal's number */
};

struct cli {
    int argc;       /* argv[0] is the command's name */
    char **argv;    /* NULL-ended */
    bool closed[3]; /* stdin, stdout, stderr were closed at the start */
};

struct command {
    const char *name;
    const char *summary;
    int (*run)(const struct cli *cli, int *out_status, struct err *err);
};

/* Ended by a row without a name. */
extern const struct command cli_commands[];

int cmd_run(const struct cli *cli, int *out_status, struct err *err);
int cmd_host(const struct cli *cli, int *out_status, struct err *err);
int cmd_app(const struct cli *cli, int *out_status, struct err *err);
int cmd_repl(const struct cli *cli, int *out_status, struct err *err);
int cmd_policy(const struct cli *cli, int *out_status, struct err *err);
int cmd_doctor(const struct cli *cli, int *out_status, struct err *err);
int cmd_bench(const struct cli *cli, int *out_status, struct err *err);
int cmd_grade(const struct cli *cli, int *out_status, struct err *err);
int cmd_help(const struct cli *cli, int *out_status, struct err *err);

#endif
