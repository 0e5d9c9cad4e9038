/* A connection that one thread uses and another may cut off: the worker's
 * call blocks in it, and the loop's thread ends the wait. */
#ifndef IMMURE_FD_SLOT_H
#define IMMURE_FD_SLOT_H

#include <pthread.h>

struct fd_slot {
    pthread_mutex_t lock; /* so that no closed number is shut down */
    int fd;               /* the user's to close; -1: none */
};

void fd_slot_init(struct fd_slot *slot);
void fd_slot_clear(struct fd_slot *slot);

/* What was in it before, or -1: from here on it is safe to be closed. */
int fd_slot_put(struct fd_slot *slot, int fd);

/* From any thread: whoever waits for the peer need not wait any more. */
void fd_slot_shut(struct fd_slot *slot);

#endif
