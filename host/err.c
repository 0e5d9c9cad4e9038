#include "host/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *err, enum err_code code, int sys_errno, const char *fmt,
        ...)
{
    if (err == NULL)
        return -1;
    err->code = code;
    err->sys_errno = sys_errno;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    if (sys_errno != 0) {
        size_t n = strlen(err->msg);
        snprintf(err->msg + n, sizeof err->msg - n, ": %s",
                 strerror(sys_errno));
    }
    return -1;
}

void
err_clear(struct err *err)
{
    *err = (struct err){.code = ERR_NONE};
}
