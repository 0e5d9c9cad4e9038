/* What each layer stops, tried for real. */
#ifndef IMMURE_WALL_ATTEMPTS_H
#define IMMURE_WALL_ATTEMPTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/un.h>

#include "host/wall/wall.h"

struct outside {
    pid_t pid;
    int tcp_fd, abstract_fd; /* listening; owned */
    struct sockaddr_in tcp;
    struct sockaddr_un abstract;
    socklen_t abstract_len;
    int shm_id; /* marked for removal, and attached until then */
    void *shm;
    char node[65];     /* the host's name */
    long up;           /* CLOCK_BOOTTIME, seconds */
    struct uids *uids; /* owned; NULL where there are none, for: */
    struct err uids_why;
    uid_t uid;    /* one of them, or 0 */
    char *secret; /* a variable's value in this process's environment */
};

/* In the confined process: descriptor PROBE_SOCK leads to the caller of
 * probe_layer(), descriptors from 4 on may be closed. */
enum { PROBE_SOCK = 3, PROBE_FD = 9 };

struct attempt_row {
    const char *tries; /* "open the root directory" */
    unsigned needs;    /* layers below it, as far as they can be had */
    /* 0 when it succeeded, or the errno it was refused with. */
    int (*attempt)(const struct outside *outside, const struct wall *wall);
    bool harms; /* would change the machine without the layer: not tried */
};

extern const struct attempt_row attempt_rows[WALL_LAYER_COUNT];

/* Limits of confined processes; attempts go past them. */
extern const struct wall_guest_limits probe_limits;

/* Ask the caller, which is outside, whether `place` is another file system
 * now.  Served by probe.c. */
bool probe_ask_changed(unsigned place);
extern const char *const probe_places[];
enum { PROBE_PLACES = 5 };

#endif
