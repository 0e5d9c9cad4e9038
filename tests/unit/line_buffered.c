/* TAP line by line.  Check forks for each test, and a child that ends by
 * exit() (an interpreter does) would print its copy of a full buffer again. */
#include <stdio.h>

__attribute__((constructor)) static void
line_buffered(void)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}
