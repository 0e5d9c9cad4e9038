#include "host/zygote/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/wire/frame.h"

enum { STACK_BYTES = 8 << 20, JOB_CHUNK = 16 << 10 };

static int
fits(uint64_t limit)
{
    struct rlimit old, with;
    if (getrlimit(RLIMIT_DATA, &old) != 0)
        return 1;
    with = (struct rlimit){limit, old.rlim_max};
    if (setrlimit(RLIMIT_DATA, &with) != 0)
        return 1;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED)
        munmap(p, page);
    (void)setrlimit(RLIMIT_DATA, &old);
    return p != MAP_FAILED;
}

uint64_t
guest_data_used(void)
{
    uint64_t low = 0, high = 1ull << 46; /* sanitizers map terabytes */
    while (high - low > 4096) {
        uint64_t middle = low + (high - low) / 2;
        if (fits(middle))
            high = middle;
        else
            low = middle;
    }
    return high;
}

struct wall_guest_limits
guest_limits(const struct control_spawn *spawn, uint64_t base)
{
    return (struct wall_guest_limits){
        .data_bytes = base + spawn->memory,
        .cpu_seconds = spawn->cpu_ms / 1000 + 2,
        .stack_bytes = STACK_BYTES,
        .nofile = GUEST_FD_COUNT,
        .uid = spawn->uid,
        .nice = (int)spawn->nice,
    };
}

int
guest_hello(int hello_fd, char *out_answer, struct err *err)
{
    char byte = HELLO_BORN;
    if (fd_send(hello_fd, &byte, 1, NULL, 0, err) != 0)
        return -1;
    struct fd_message answer;
    if (fd_recv(hello_fd, &byte, 1, &answer, err) != 0)
        return -1;
    fd_message_clear(&answer);
    if (answer.len != 1 || (byte != HELLO_GO && byte != HELLO_KEEP))
        return err_set(err, ERR_GONE, 0, "the supervisor did not say go");
    *out_answer = byte;
    return 0;
}

/* Move a descriptor out of the way of those that dup2 will write. */
static int
move_up(int *fd, struct err *err)
{
    int up = fcntl(*fd, F_DUPFD_CLOEXEC, 16);
    if (up < 0)
        return err_set(err, ERR_SYSTEM, errno, "move a descriptor");
    close(*fd);
    *fd = up;
    return 0;
}

int
guest_take_descriptors(struct fd_message *message, struct err *err)
{
    if (message->nfds < CONTROL_SPAWN_COUNT)
        return err_set(err, ERR_PROTO, 0,
                       "a spawn request with %zu descriptors", message->nfds);
    for (size_t i = 0; i < message->nfds; i++)
        if (move_up(&message->fds[i], err) != 0)
            return -1;
    for (int i = CONTROL_SPAWN_IN; i <= CONTROL_SPAWN_REPORT; i++) {
        if (dup2(message->fds[i], i) < 0)
            return err_set(err, ERR_SYSTEM, errno, "place descriptor %d", i);
        close(message->fds[i]);
        message->fds[i] = -1;
    }
    return 0;
}

/* Room for what is known to come.  Not twice that: the memory is the guest's,
 * and so is its limit. */
static int
make_room(struct buf *out, size_t at, struct err *err)
{
    size_t wanted = out->len + JOB_CHUNK;
    struct frame_header h;
    if (out->len - at >= FRAME_HEADER &&
        frame_parse(out->data + at, FRAME_FROM_CLIENT, &h, err) == 0 &&
        wanted < at + FRAME_HEADER + h.len)
        wanted = at + FRAME_HEADER + h.len;
    return wanted <= out->cap ? 0 : buf_grow(out, wanted + wanted / 16, err);
}

/* As much as there is at a time: nothing follows a job until it is over. */
int
guest_read_job(struct buf *out, struct err *err)
{
    size_t at = 0;
    for (;;) {
        struct frame_header h;
        const uint8_t *payload;
        int got = frame_next(out, at, FRAME_FROM_CLIENT, &h, &payload, err);
        if (got < 0)
            return -1;
        if (got > 0) {
            size_t len = FRAME_HEADER + h.len;
            if (h.type == FRAME_ANSWER) {
                memmove(out->data + at, out->data + at + len,
                        out->len - at - len);
                out->len -= len;
                continue;
            }
            at += len;
            if (h.type == FRAME_RUN)
                return 0;
            continue;
        }
        if (make_room(out, at, err) != 0)
            return -1;
        ssize_t n =
            read(STDIN_FILENO, out->data + out->len, out->cap - out->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_set(err, ERR_GONE, n < 0 ? errno : 0, "read the job");
        out->len += (size_t)n;
    }
}
