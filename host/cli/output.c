#include "host/cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/cli/say.h"

void
output_print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
}

int
output_flush(int *status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    say("can't write to stdout: %s", strerror(errno));
    if (*status == 0)
        *status = STATUS_OUTPUT_LOST;
    return 0;
}
