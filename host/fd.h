/* Descriptors: whole reads and writes, and messages that carry descriptors. */
#ifndef IMMURE_FD_H
#define IMMURE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "host/err.h"

/* Write all of it; EINTR is retried.  On a full non-blocking descriptor this
 * fails with EAGAIN. */
int fd_write_all(int fd, const void *data, size_t len, struct err *err);

/* Read exactly len bytes.  An early end of file is ERR_GONE. */
int fd_read_full(int fd, void *data, size_t len, struct err *err);

/* Read to the end of file, at most max bytes (more is ERR_PROTO).  *out_data
 * is malloc'd and ends with a NUL that *out_len does not count. */
int fd_read_all(int fd, size_t max, char **out_data, size_t *out_len,
                struct err *err);

/* Both ends O_CLOEXEC. */
int fd_pipe(int out_pipe[2], struct err *err);
int fd_seqpacket_pair(int out_pair[2], struct err *err);

int fd_set_nonblocking(int fd, struct err *err);

/* Read and write /dev/null, or a memory file, empty too, in a tree that has
 * none; O_CLOEXEC. */
int fd_null(struct err *err);

/* The highest that is open.  Without /proc this asks for each number there
 * can be, which takes some 50 ms. */
int fd_highest(void);

/* Close first and all above; highest is the last that can be open.  Only where
 * close_range(2) is refused (before Linux 5.9, and by containers whose filter
 * does not know it) are they closed one by one. */
void fd_close_from(int first, int highest);
bool fd_can_close_range(void);

enum { FD_MESSAGE_MAX = 8 };

/* One message of a SOCK_SEQPACKET socket.  fds are dup'ed by the kernel; the
 * sender keeps its own. */
int fd_send(int sock, const void *data, size_t len, const int *fds,
            size_t nfds, struct err *err);

/* What fd_recv got.  The receiver owns fds[]; unused slots are -1. */
struct fd_message {
    size_t len;              /* 0: the other end is closed */
    int fds[FD_MESSAGE_MAX]; /* O_CLOEXEC */
    size_t nfds;
    pid_t pid; /* sender, by SCM_CREDENTIALS in the receiver's
                                pid namespace; 0 when not asked for */
};
int fd_recv(int sock, void *data, size_t cap, struct fd_message *out,
            struct err *err);
void fd_message_clear(struct fd_message *message);

#endif
