/* immure policy test: a policy's assertions and attacks, run as guests. */
#ifndef IMMURE_POLICY_TEST_H
#define IMMURE_POLICY_TEST_H

#include <stdbool.h>

#include "host/err.h"

struct policy_test_options {
    bool junit;      /* JUnit's XML in the place of TAP */
    bool no_attacks; /* the policy's own assertions alone */
};

/* Run the assertions of each policy, and immure's own attacks against its
 * guests, two at a time.  *out_status is 0, or 1 when an assertion does not
 * hold or an attack has its effect. */
int policy_test(char *const *names, const struct policy_test_options *options,
                int *out_status, struct err *err);

#endif
