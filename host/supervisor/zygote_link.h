/* The supervisor's end of its zygote. */
#ifndef IMMURE_ZYGOTE_LINK_H
#define IMMURE_ZYGOTE_LINK_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/err.h"
#include "host/supervisor/policy.h"
#include "host/wire/control.h"

struct zygote_link {
    int control;    /* owned; -1 when closed */
    pid_t launcher; /* the process that was forked; ends by itself once the
                       zygote proper stands in its namespaces */
    pid_t pid;      /* the zygote proper, as this process sees it; 0 until it
                       has spoken */
    bool ready;
    unsigned wall_held;
    uint64_t data_used; /* bytes that every guest begins with */
    char engine[64];
};

/* Start the program argv[0] with the arguments argv + 1 (the first is its
 * own name), with an empty environment (`environment` when not NULL: an
 * operator's own program), the control socket, and the policy with its folders
 * of packages and its files.  Its path is in none of its memory: it is started
 * by descriptor. */
int zygote_link_start(struct zygote_link *link, char *const *argv,
                      char *const *environment,
                      const struct policy_parts *policy, struct err *err);

/* Read one reply.  A zygote that ended is ERR_GONE. */
int zygote_link_read(struct zygote_link *link, struct control_reply *out,
                     struct err *err);

/* Ask for a guest; fds in the order of enum control_fd, kept by the caller. */
int zygote_link_spawn(struct zygote_link *link,
                      const struct control_spawn *spawn, const int *fds,
                      size_t nfds, struct err *err);

/* Whether it has ended, or is ending: its end of the socket closes before any
 * guest dies of its death. */
bool zygote_link_is_closed(const struct zygote_link *link);

/* Kill it; its pid namespace, and so every guest, dies with it. */
void zygote_link_end(struct zygote_link *link);

#endif
