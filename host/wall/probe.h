/* Does a layer hold on this machine?  Each is put up alone in a child, which
 * then tries what the layer is there to stop. */
#ifndef IMMURE_WALL_PROBE_H
#define IMMURE_WALL_PROBE_H

#include "host/wall/wall.h"

enum probe_state {
    PROBE_HOLDS,
    PROBE_ABSENT,   /* this kernel or caller cannot have it */
    PROBE_NO_EFFECT /* it is there, and what it should stop works; or it
                       fails to go up, which stops every run */
};

/* How an attempt ended: 0 when it succeeded, the errno it was refused with,
 * or one of these. */
enum { PROBE_DIED = -1, PROBE_UNTRIED = -2 };

struct probe_result {
    enum probe_state state;
    int before;       /* the attempt without the layer */
    int after;        /* the attempt behind it */
    int missing;      /* why it is absent: an errno, or 0 */
    char detail[512]; /* more, for people; or "" */
};

/* What is outside, for those inside to reach for. */
struct outside;

/* Forks, and reaps all it forked; leaves nothing behind.  One thread, no
 * children of the caller's own.  outside_new() once, before; it changes the
 * environment of this process and ends its scheduling in real time. */
int outside_new(struct outside **out, struct err *err);
void outside_free(struct outside *outside);
int probe_layer(const struct outside *outside, enum wall_layer layer,
                struct probe_result *out, struct err *err);

/* What the layer's attempt tries, "open the root directory". */
const char *probe_tries(enum wall_layer layer);

#endif
