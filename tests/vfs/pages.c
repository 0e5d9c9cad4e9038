/* Large files against plain memory: pages [OPERATIONS [SEED]] (TAP).
 *
 * A few files grow and shrink in turns, so that they lie in the region of huge
 * pages, at its end and before it, move out of it, and find it full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jailmod/vfs.h"

enum {
    FILES = 5,
    SIZE = 20 << 20,
    PIECE = 1 << 20,
    ROOM = 50 << 20, /* of the region: less than all files take */
    CHECKED = 1 << 16,
};

struct test {
    struct vfs fs;
    struct vfs_inode *file[FILES];
    unsigned char *model[FILES];
    size_t size[FILES];
    unsigned char piece[PIECE], seen[PIECE];
    uint64_t random;
    size_t in_region, outside;
};

static size_t
below(struct test *t, size_t n)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(t->random >> 33) % n;
}

static int
fail(const struct test *t, const char *what, unsigned long step, int i)
{
    printf("not ok 1 - %s: operation %lu, file %d of %zu bytes\n", what, step,
           i, t->size[i]);
    return 1;
}

static int
change(struct test *t, unsigned long step, int i)
{
    struct vfs_data *data = &t->file[i]->data;
    size_t at = below(t, 4) ? t->size[i] : below(t, SIZE);
    size_t n = 1 + below(t, PIECE);
    switch (below(t, 8)) {
    case 0:
        at = below(t, 3) ? below(t, SIZE) : 0;
        if (vfs_data_truncate(&t->fs, data, (int64_t)at) != 0)
            return fail(t, "truncate", step, i);
        if (at < t->size[i])
            memset(t->model[i] + at, 0, t->size[i] - at);
        t->size[i] = at;
        return 0;
    case 1:
        vfs_data_free(&t->fs, data);
        memset(t->model[i], 0, t->size[i]);
        t->size[i] = 0;
        return 0;
    default:
        if (at + n > SIZE)
            at = t->size[i] / 2, n = n < SIZE - at ? n : SIZE - at;
        memset(t->piece, (int)(step % 255) + 1, n);
        if (vfs_data_write(&t->fs, data, (int64_t)at, t->piece, n) !=
            (ssize_t)n)
            return fail(t, "write", step, i);
        memset(t->model[i] + at, (int)(step % 255) + 1, n);
        if (at + n > t->size[i])
            t->size[i] = at + n;
        return 0;
    }
}

static int
compare(struct test *t, unsigned long step, int i)
{
    const struct vfs_data *data = &t->file[i]->data;
    if (data->size != t->size[i])
        return fail(t, "size", step, i);
    for (size_t at = 0; at < t->size[i]; at += PIECE) {
        size_t n = t->size[i] - at < PIECE ? t->size[i] - at : PIECE;
        if (vfs_data_read(data, (int64_t)at, t->seen, PIECE) != (ssize_t)n ||
            memcmp(t->seen, t->model[i] + at, n) != 0)
            return fail(t, "contents", step, i);
    }
    bool inside =
        data->bytes >= t->fs.region.start && data->bytes < t->fs.region.end;
    if (data->room >= 2u << 20)
        inside ? t->in_region++ : t->outside++;
    return 0;
}

static int
set_up(struct test *t)
{
    const struct vfs_limits limits = {
        .bytes = 1u << 30, .inodes = 100, .depth = 10, .open = 8};
    int status = vfs_init(&t->fs, &limits);
    if (t->fs.region.start != NULL)
        t->fs.region.end = t->fs.region.start + ROOM;
    for (int i = 0; i < FILES && status == 0; i++) {
        t->model[i] = calloc(1, SIZE);
        t->file[i] = vfs_new(&t->fs, S_IFREG | 0644, &status);
        if (t->file[i] != NULL)
            vfs_hold(t->file[i]);
        if (t->model[i] == NULL)
            status = -1;
    }
    return status;
}

int
main(int argc, char **argv)
{
    static struct test t;
    unsigned long steps = argc > 1 ? strtoul(argv[1], NULL, 0) : 400;
    t.random = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    printf("1..1\n");
    if (set_up(&t) != 0)
        return fail(&t, "set up", 0, 0);
    for (unsigned long step = 0; step < steps; step++) {
        int i = (int)below(&t, FILES);
        if (change(&t, step, i) != 0)
            return 1;
        if ((step % 8 == 0 || t.size[i] < CHECKED) &&
            compare(&t, step, i) != 0)
            return 1;
    }
    for (int i = 0; i < FILES; i++) {
        if (compare(&t, steps, i) != 0)
            return 1;
        vfs_release(&t.fs, t.file[i]);
        free(t.model[i]);
    }
    if (t.fs.bytes != 0 ||
        (t.fs.region.start != NULL && (t.in_region == 0 || t.outside == 0)))
        return fail(&t, "all places were used", steps, 0);
    vfs_clear(&t.fs);
    printf("ok 1 - %lu operations on large files (%zu in huge pages, %zu out "
           "of them)\n",
           steps, t.in_region, t.outside);
    return 0;
}
