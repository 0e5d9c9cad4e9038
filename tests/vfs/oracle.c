/* The guest's file system against a real tmpfs: oracle [STEPS [SEED]]. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/vfs/oracle.h"

enum { STEPS = 100000, TREES_EVERY = 500, RESET_EVERY = 4000 };

static struct oracle oracle;

int
main(int argc, char **argv)
{
    unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 10) : STEPS;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    struct oracle *o = &oracle;
    o->random = seed * 0x9e3779b97f4a7c15u + 1;
    if (oracle_enter_tmpfs() != 0) {
        printf("1..0 # SKIP no tmpfs of our own on this machine\n");
        return 0;
    }
    o->real_root = open("/", O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < ORACLE_FDS; i++)
        o->real[i] = o->ours[i] = -1;
    while (o->step < steps) {
        if (o->step % RESET_EVERY == 0)
            oracle_reset(o);
        oracle_step(o);
        if (o->step % TREES_EVERY == 0)
            oracle_compare_trees(o);
    }
    oracle_reset(o);
    vfs_clear(&o->fs);
    printf("1..1\nok 1 - %lu calls as tmpfs answers them (seed %lu)\n", steps,
           seed);
    return 0;
}
