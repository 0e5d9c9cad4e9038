/* Lines for people, on stderr, and bytes that must all arrive. */
#ifndef IMMURE_SAY_H
#define IMMURE_SAY_H

#include <stddef.h>

/* "immure: ..." and a newline, in one write.  Control characters become '?':
 * names of files and claims of guests must not steer a terminal. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same without "immure: ", for the lines below one. */
void say_more(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same replacement, in place; newlines stay. */
void say_clean(char *text);

/* Write all of it, also to a non-blocking descriptor.  0, or an errno. */
int say_bytes(int fd, const void *data, size_t len);

#endif
