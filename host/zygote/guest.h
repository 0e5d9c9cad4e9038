/* The guest's way from fork to its first line of code. */
#ifndef IMMURE_GUEST_H
#define IMMURE_GUEST_H

#include <stdint.h>

#include "host/buf.h"
#include "host/err.h"
#include "host/fd.h"
#include "host/wall/wall.h"
#include "host/wire/control.h"

/* Bytes counted by RLIMIT_DATA now.  Found by asking the kernel where the
 * limit starts to bite, so it needs no /proc. */
uint64_t guest_data_used(void);

/* The limits of one guest over a zygote that holds `base` bytes. */
struct wall_guest_limits guest_limits(const struct control_spawn *spawn,
                                      uint64_t base);

/* Tell the supervisor this process's pid, and wait until it has seized it:
 * *out_answer is HELLO_GO, or HELLO_KEEP where it cannot. */
int guest_hello(int hello_fd, char *out_answer, struct err *err);

/* Put the descriptors of a spawn message at 0, 1, 2 and GUEST_FD_REPORT; the
 * message keeps only the hello descriptor. */
int guest_take_descriptors(struct fd_message *message, struct err *err);

/* Read one whole job from descriptor 0, behind what *out holds of it already;
 * answers to calls that are over are left out. */
int guest_read_job(struct buf *out, struct err *err);

#endif
