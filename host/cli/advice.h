/* How to get a layer of the wall on this very machine. */
#ifndef IMMURE_ADVICE_H
#define IMMURE_ADVICE_H

#include <stddef.h>

/* What the machine's own settings say about why `layer` ("trace" is one, too)
 * is not there, and the command that changes it; or NULL, when none of them
 * does.  Only reads files of /proc, /sys and /etc. */
const char *advice_for(const char *layer);

/* "Debian GNU/Linux 12 (bookworm)" of os-release(5), or "".  Returns buf. */
const char *advice_system(char *buf, size_t len);

#endif
