#include "host/wall/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/wall/layers.h"

extern char **environ;

/* TZ keeps localtime from opening /etc/localtime; NO_COLOR keeps tracebacks
 * from asking whether stderr is a terminal. */
static const char *const kept[][2] = {{"TZ", "UTC0"}, {"NO_COLOR", "1"}};

int
environment_clear(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_ENVIRONMENT))
        return 0;
    /* clearenv only forgets the pointers; the strings lie above the stack,
       where native code finds them. */
    for (char **e = environ; e != NULL && *e != NULL; e++)
        explicit_bzero(*e, strlen(*e));
    if (clearenv() != 0)
        return layer_failed(err, WALL_ENVIRONMENT, errno, "clear it");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (setenv(kept[i][0], kept[i][1], 1) != 0)
            return layer_failed(err, WALL_ENVIRONMENT, errno, kept[i][0]);
    layer_up(wall, WALL_ENVIRONMENT);
    return 0;
}
