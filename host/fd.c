#include "host/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

int
fd_write_all(int fd, const void *data, size_t len, struct err *err)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, errno, "write to descriptor %d",
                           fd);
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

int
fd_read_full(int fd, void *data, size_t len, struct err *err)
{
    char *p = data;
    while (len > 0) {
        ssize_t n = read(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, errno, "read from descriptor %d",
                           fd);
        if (n == 0)
            return err_set(err, ERR_GONE, 0,
                           "descriptor %d ended %zu bytes early", fd, len);
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

int
fd_read_all(int fd, size_t max, char **out_data, size_t *out_len,
            struct err *err)
{
    size_t cap = 4096, len = 0;
    OWNED_STR data = malloc(cap);
    for (;;) {
        if (data == NULL)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
        ssize_t n = read(fd, data + len, cap - len - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_SYSTEM, errno, "read from descriptor %d",
                           fd);
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > max)
            return err_set(err, ERR_PROTO, 0, "more than %zu bytes", max);
        if (len + 1 == cap) {
            cap *= 2;
            char *grown = realloc(data, cap);
            if (grown == NULL)
                return err_set(err, ERR_MEMORY, 0, "out of memory");
            data = grown;
        }
    }
    data[len] = '\0';
    *out_len = len;
    *out_data = take_str(&data);
    return 0;
}

int
fd_pipe(int out_pipe[2], struct err *err)
{
    int p[2];
    if (pipe2(p, O_CLOEXEC) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a pipe");
    out_pipe[0] = p[0];
    out_pipe[1] = p[1];
    return 0;
}

int
fd_seqpacket_pair(int out_pair[2], struct err *err)
{
    int p[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p) != 0)
        return err_set(err, ERR_SYSTEM, errno, "make a socket pair");
    out_pair[0] = p[0];
    out_pair[1] = p[1];
    return 0;
}

int
fd_set_nonblocking(int fd, struct err *err)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return err_set(err, ERR_SYSTEM, errno,
                       "make descriptor %d non-blocking", fd);
    return 0;
}

int
fd_null(struct err *err)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        fd = memfd_create("null", MFD_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_SYSTEM, errno,
                       "make a memory file in place of /dev/null");
    return fd;
}

/* The limit may have been lowered below one that is open already, and then
 * says nothing: up to the most that a kernel allows by itself (fs.nr_open). */
static int
highest_asked(void)
{
    struct rlimit limit = {0, 0};
    rlim_t end = 1 << 20;
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max > end && limit.rlim_max < INT_MAX)
        end = limit.rlim_max;
    int fd = (int)end - 1;
    while (fd >= 0 && fcntl(fd, F_GETFD) < 0)
        fd--;
    return fd;
}

int
fd_highest(void)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *entry;
    int highest = -1;
    if (dir == NULL)
        return highest_asked();
    while ((entry = readdir(dir)) != NULL) {
        int fd = atoi(entry->d_name); /* . and .. are 0 */
        if (fd > highest && fd != dirfd(dir))
            highest = fd;
    }
    closedir(dir);
    return highest;
}

bool
fd_can_close_range(void)
{
    return syscall(SYS_close_range, ~0u, ~0u, 0) == 0; /* closes nothing */
}

void
fd_close_from(int first, int highest)
{
    if (syscall(SYS_close_range, first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd <= highest; fd++)
        (void)close(fd);
}

union control {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof(int) * FD_MESSAGE_MAX) +
               CMSG_SPACE(sizeof(struct ucred))];
};

int
fd_send(int sock, const void *data, size_t len, const int *fds, size_t nfds,
        struct err *err)
{
    union control control;
    /* sendmsg does not write through iov_base; the cast only fits its type. */
    struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (nfds > FD_MESSAGE_MAX)
        return err_set(err, ERR_PROTO, 0, "%zu descriptors in one message",
                       nfds);
    if (nfds > 0) {
        memset(&control, 0, sizeof control);
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * nfds);
    }
    for (;;) {
        ssize_t n = sendmsg(sock, &msg, MSG_NOSIGNAL);
        if (n == (ssize_t)len)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return err_set(err, ERR_GONE, errno, "send a message");
        return err_set(err, ERR_SYSTEM, n < 0 ? errno : 0, "send a message");
    }
}

static void
take_control(struct cmsghdr *c, struct fd_message *out)
{
    if (c->cmsg_level != SOL_SOCKET)
        return;
    if (c->cmsg_type == SCM_CREDENTIALS) {
        struct ucred cred;
        memcpy(&cred, CMSG_DATA(c), sizeof cred);
        out->pid = cred.pid;
    }
    if (c->cmsg_type == SCM_RIGHTS) {
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (out->nfds < FD_MESSAGE_MAX)
                out->fds[out->nfds++] = fd;
            else
                close(fd);
        }
    }
}

int
fd_recv(int sock, void *data, size_t cap, struct fd_message *out,
        struct err *err)
{
    union control control;
    struct iovec iov = {.iov_base = data, .iov_len = cap};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set(err, errno == ECONNRESET ? ERR_GONE : ERR_SYSTEM, errno,
                       "receive a message");
    *out = (struct fd_message){.len = (size_t)n};
    for (size_t i = 0; i < FD_MESSAGE_MAX; i++)
        out->fds[i] = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL;
         c = CMSG_NXTHDR(&msg, c))
        take_control(c, out);
    if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        fd_message_clear(out);
        return err_set(err, ERR_PROTO, 0, "a message over %zu bytes", cap);
    }
    return 0;
}

void
fd_message_clear(struct fd_message *message)
{
    for (size_t i = 0; i < message->nfds; i++)
        if (message->fds[i] >= 0)
            close(message->fds[i]);
    message->nfds = 0;
}
