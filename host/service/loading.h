/* Applications from their files: a tool reads them while requests go on. */
#ifndef IMMURE_LOADING_H
#define IMMURE_LOADING_H

#include "host/err.h"

struct hosting;

/* Read all applications, and change over to what is new of them.  While that
 * is under way, it is done once more behind it. */
void loading_start(struct hosting *hosting);
void loading_stop(struct hosting *hosting);

/* Watch the folders of all applications for changes. */
int loading_watch(struct hosting *hosting, struct err *err);

#endif
