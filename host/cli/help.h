/* Texts that teach. */
#ifndef IMMURE_HELP_H
#define IMMURE_HELP_H

#include "host/cli/options.h"

/* Print on stdout; the exit status. */
int help_general(void);
int help_host(void);
int help_app(void);
int help_repl(void);
int help_policy(void);
int help_doctor(void);
int help_bench(void);
int help_grade(void);
int help_version(void);

#endif
