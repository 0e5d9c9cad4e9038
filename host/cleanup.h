/* Owned things: released when their scope ends, handed over only by take_*. */
#ifndef IMMURE_CLEANUP_H
#define IMMURE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void
cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void
cleanup_free(void *p)
{
    free(*(void **)p);
}

/* An fd that closes itself; always initialised, -1 when empty. */
#define OWNED_FD __attribute__((cleanup(cleanup_fd))) int
/* A malloc'd string or buffer that frees itself; initialise to NULL. */
#define OWNED_STR __attribute__((cleanup(cleanup_free))) char *
#define OWNED_BUF __attribute__((cleanup(cleanup_free))) unsigned char *

static inline int
take_fd(int *fd)
{
    int v = *fd;
    *fd = -1;
    return v;
}

static inline char *
take_str(char **s)
{
    char *v = *s;
    *s = NULL;
    return v;
}

#endif
