/* immure's own words on stdout: help, versions, checks. */
#ifndef IMMURE_OUTPUT_H
#define IMMURE_OUTPUT_H

void output_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* All of it must arrive: a status of 0 becomes STATUS_OUTPUT_LOST when it did
 * not.  Returns 0. */
int output_flush(int *status);

#endif
