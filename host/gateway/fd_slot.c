#include "host/gateway/fd_slot.h"

#include <sys/socket.h>

void
fd_slot_init(struct fd_slot *slot)
{
    slot->fd = -1;
    pthread_mutex_init(&slot->lock, NULL);
}

void
fd_slot_clear(struct fd_slot *slot)
{
    pthread_mutex_destroy(&slot->lock);
}

int
fd_slot_put(struct fd_slot *slot, int fd)
{
    pthread_mutex_lock(&slot->lock);
    int before = slot->fd;
    slot->fd = fd;
    pthread_mutex_unlock(&slot->lock);
    return before;
}

void
fd_slot_shut(struct fd_slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    if (slot->fd >= 0)
        shutdown(slot->fd, SHUT_RDWR);
    pthread_mutex_unlock(&slot->lock);
}
