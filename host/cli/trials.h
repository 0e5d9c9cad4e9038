/* Cases that guests of one policy are tried with: assertions and attacks. */
#ifndef IMMURE_TRIALS_H
#define IMMURE_TRIALS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"

/* What came of case i, in order: why is NULL when it holds, and else says in
 * a line what happened instead.  False: no more of them. */
typedef bool trials_told(void *arg, size_t i, const json_t *c,
                         const char *why);

/* Run each case as a guest of its own, some at a time.  A case is an object of
 * the tool `cases`:
 *
 *     kind "allow" or "deny"  name, code, verdict, output, rule (or null)
 *     kind "attack"           name, code, effects: what a line of its output
 *                             begins with when it had one; sound: a crash is
 *                             an effect, too
 *
 * Assertions have the policy's limits; attacks have no more than 2 s of
 * processor and 5 s of time. */
int trials_run(const char *policy_json, const json_t *cases, trials_told *tell,
               void *arg, struct err *err);

#endif
