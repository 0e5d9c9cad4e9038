#include "host/zygote/zygote.h"

int
main(int argc, char **argv)
{
    const struct layers all = {.gate = true, .wall_skip = 0};
    return zygote_main(argc, argv, &all);
}
