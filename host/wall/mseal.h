/* mseal(2): what is read-only stays so, and stays where it is. */
#ifndef IMMURE_WALL_MSEAL_H
#define IMMURE_WALL_MSEAL_H

#include "host/wall/wall.h"

/* After all code is loaded and relocated: seal every mapping of this program
 * and its libraries that is not writable.  Forks inherit it. */
int mseal_images(struct wall *wall, struct err *err);

#endif
