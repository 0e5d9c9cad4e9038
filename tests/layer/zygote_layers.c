/* immure-zygote with layers left out, for tests of one wall alone.
 *
 *     --only=gate   no seccomp, namespaces, Landlock, capability dropping
 *     --only=wall   the plain interpreter, its whole library, no gate
 *     --only=both   as installed
 *     --whole       after one of these: everything is imported before the
 *                   jail closes, as for a pool, whatever the run is to import
 *
 * Built into the test folder, and installed only by a build that was
 * configured with --enable-layer-tests, for :break wall of the REPL: the
 * zygote of a service has no word for any of this. */
#include <stdio.h>
#include <string.h>

#include "host/wall/wall.h"
#include "host/zygote/zygote.h"

static const unsigned namespaces =
    WALL_BIT(WALL_USER_NS) | WALL_BIT(WALL_MOUNT_NS) | WALL_BIT(WALL_PID_NS) |
    WALL_BIT(WALL_NET_NS) | WALL_BIT(WALL_IPC_NS) | WALL_BIT(WALL_UTS_NS) |
    WALL_BIT(WALL_CGROUP_NS) | WALL_BIT(WALL_TIME_NS) |
    WALL_BIT(WALL_EMPTY_ROOT);
static const unsigned other_layers =
    WALL_BIT(WALL_SECCOMP) | WALL_BIT(WALL_LANDLOCK) |
    WALL_BIT(WALL_CAPABILITIES) | WALL_BIT(WALL_SECUREBITS) |
    WALL_BIT(WALL_MDWE);

int
main(int argc, char **argv)
{
    struct layers layers = {.gate = true, .wall_skip = 0};
    if (argc < 2 || strncmp(argv[1], "--only=", 7) != 0) {
        fprintf(stderr, "immure-zygote-layers: started by tests/layers\n");
        return 125;
    }
    const char *only = argv[1] + 7;
    if (strcmp(only, "gate") == 0)
        layers.wall_skip = namespaces | other_layers;
    else if (strcmp(only, "wall") == 0)
        layers.gate = false;
    argv[1] = argv[0];
    argc--;
    argv++;
    if (argc >= 2 && strcmp(argv[1], "--whole") == 0) {
        argv[1] = argv[0];
        argc--;
        argv++;
        if (argc >= 3 && strcmp(argv[1], "--serve") == 0)
            argv[2] = NULL;
    }
    return zygote_main(argc, argv, &layers);
}
