/* A listening socket for an address of the command line. */
#ifndef IMMURE_LISTEN_H
#define IMMURE_LISTEN_H

#include "host/err.h"

struct http;

/* HOST:PORT, :PORT, [HOST]:PORT or unix:PATH; fills in the names of *http.
 * Port 0 is one that is free.  Returns the descriptor, or -1. */
int listen_open(const char *address, struct http *http, struct err *err);

#endif
