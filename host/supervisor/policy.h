/* The effective policy on its way to the zygote. */
#ifndef IMMURE_SUPERVISOR_POLICY_H
#define IMMURE_SUPERVISOR_POLICY_H

#include "host/err.h"

/* Read a policy's JSON.  *out_json is what the zygote may hold, and so every
 * guest may read: origins keep a file's name and line and lose its folders.
 * *out_hash is "sha256:...".  Both are malloc'd. */
int policy_for_zygote(const char *json, char **out_json, char **out_hash,
                      struct err *err);

#endif
