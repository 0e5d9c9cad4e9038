/* Two file systems under the same calls: a real tmpfs and the guest's. */
#ifndef IMMURE_TESTS_VFS_ORACLE_H
#define IMMURE_TESTS_VFS_ORACLE_H

#include "jailmod/vfs.h"

enum { ORACLE_FDS = 12, ORACLE_TEXT = 4400 };

struct oracle {
    struct vfs fs;
    uint64_t random;
    unsigned long step;
    int real[ORACLE_FDS]; /* -1: none */
    int ours[ORACLE_FDS];
    int real_root;
    char what[3 * ORACLE_TEXT]; /* the call, for messages */
};

/* Enter a tmpfs of our own as an ordinary user.  0, or -1 when this machine
 * lets us have none. */
int oracle_enter_tmpfs(void);

uint32_t oracle_random(struct oracle *o, uint32_t below);
/* Both empty, nothing open. */
void oracle_reset(struct oracle *o);
/* One random call on both; ends the program when they differ. */
void oracle_step(struct oracle *o);
/* The whole trees, names and contents. */
void oracle_compare_trees(struct oracle *o);

#endif
