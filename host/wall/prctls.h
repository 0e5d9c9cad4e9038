/* The layers that are one prctl(2) each. */
#ifndef IMMURE_WALL_PRCTLS_H
#define IMMURE_WALL_PRCTLS_H

#include "host/wall/wall.h"

/* Fails with ERR_WALL where another thread shares this process: seccomp and
 * Landlock would not cover it. */
int prctls_check_one_thread(struct wall *wall, struct err *err);

/* Dumpable until the seal: the tracer must be able to seize a guest, and the
 * files of /proc/self must be this user's. */
int prctls_stay_dumpable(struct wall *wall, struct err *err);

/* SIGKILL when the parent dies; it must be wall->parent still. */
int prctls_follow_parent(struct wall *wall, struct err *err);

/* A change of ids clears both. */
int prctls_after_ids(struct wall *wall, struct err *err);

int prctls_no_new_privs(struct wall *wall, struct err *err);
int prctls_mdwe(struct wall *wall, struct err *err);
int prctls_speculation(struct wall *wall, struct err *err);

/* At the seal. */
int prctls_undumpable(struct wall *wall, struct err *err);

#endif
