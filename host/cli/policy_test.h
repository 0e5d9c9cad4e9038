/* immure policy test: a policy's assertions, run as guests. */
#ifndef IMMURE_POLICY_TEST_H
#define IMMURE_POLICY_TEST_H

#include <stdbool.h>

#include "host/err.h"

/* Run the assertions of each policy, two at a time, and print TAP, or JUnit's
 * XML.  *out_status is 0, or 1 when one does not hold. */
int policy_test(char *const *names, bool junit, int *out_status,
                struct err *err);

#endif
