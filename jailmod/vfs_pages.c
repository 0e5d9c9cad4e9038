/* Memory of large files.
 *
 * Writing new memory costs a fault and a zeroed page every 4 KB, which is more
 * than tmpfs spends on a whole page of a file; a page of 2 MB makes that a
 * fifth (bench/files.py).  A guest may not ask for huge pages: its madvise(2)
 * gives memory back, and nothing else.  So the zygote reserves a region that
 * has asked for them; a guest makes parts of it accessible, which is when they
 * begin to count for its limits.
 *
 * Only the last part grows in place: mostly it is the one file that is being
 * written.  Any other moves out, by page tables, and keeps its huge pages. */
#include "jailmod/vfs.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE = 2 << 20, REGION = 1 << 30 };

void
vfs_pages_reserve(struct vfs_region *region)
{
    unsigned char *p =
        mmap(NULL, (size_t)REGION + HUGE, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    *region = (struct vfs_region){NULL, NULL, NULL};
    if (p == MAP_FAILED)
        return; /* then files are mapped one by one */
    size_t skip = -(uintptr_t)p & (HUGE - 1);
    region->top = region->start = p + skip;
    region->end = region->start + REGION;
    if (skip > 0)
        munmap(p, skip);
    if (skip < HUGE)
        munmap(region->end, HUGE - skip);
    (void)madvise(region->start, REGION, MADV_HUGEPAGE);
}

void
vfs_pages_clear(struct vfs_region *region)
{
    if (region->start != NULL)
        munmap(region->start, REGION);
    *region = (struct vfs_region){NULL, NULL, NULL};
}

static bool
is_last(const struct vfs_region *region, const unsigned char *p, size_t size)
{
    return p >= region->start && p < region->end && p + size == region->top;
}

/* From the region, for what is worth it. */
static unsigned char *
take(struct vfs_region *region, size_t size)
{
    size_t skip = -(uintptr_t)region->top & (HUGE - 1);
    size_t left = (size_t)(region->end - region->top);

    if (size < HUGE || skip > left || size > left - skip)
        return NULL;
    unsigned char *p = region->top + skip;
    if (mprotect(p, size, PROT_READ | PROT_WRITE) != 0)
        return NULL;
    region->top = p + size;
    return p;
}

void *
vfs_pages_new(struct vfs_region *region, size_t size)
{
    unsigned char *p = take(region, size);

    if (p != NULL)
        return p;
    p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* Its last bytes go back into the region, which holds zeros. */
static void
give_back(struct vfs_region *region, unsigned char *p, size_t size)
{
    (void)madvise(p, size, MADV_DONTNEED);
    (void)mprotect(p, size, PROT_NONE);
    region->top = p;
}

static void *
resize_last(struct vfs_region *region, unsigned char *p, size_t old,
            size_t size)
{
    if (size <= old) {
        give_back(region, p + size, old - size);
        return p;
    }
    if (size - old > (size_t)(region->end - region->top) ||
        mprotect(p + old, size - old, PROT_READ | PROT_WRITE) != 0)
        return NULL;
    region->top = p + size;
    return p;
}

static void *
move_by_copy(unsigned char *p, size_t old, size_t size)
{
    void *moved = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (moved == MAP_FAILED)
        return NULL;
    memcpy(moved, p, old);
    munmap(p, old);
    return moved;
}

/* mremap(2) moves one mapping of the kernel's.  Pages that were parts of other
 * files before may be two. */
static void *
resize_inner(unsigned char *p, size_t old, size_t size)
{
    if (size <= old) {
        munmap(p + size, old - size);
        return p;
    }
    void *moved = mremap(p, old, size, MREMAP_MAYMOVE);
    if (moved != MAP_FAILED)
        return moved;
    return errno == EFAULT ? move_by_copy(p, old, size) : NULL;
}

void *
vfs_pages_resize(struct vfs_region *region, void *pages, size_t old,
                 size_t size)
{
    if (is_last(region, pages, old)) {
        void *p = resize_last(region, pages, old, size);
        if (p != NULL)
            return p;
    } else if (old < HUGE) {
        unsigned char *p = take(region, size);
        if (p != NULL) {
            memcpy(p, pages, old);
            munmap(pages, old);
            return p;
        }
    }
    return resize_inner(pages, old, size);
}

void
vfs_pages_free(struct vfs_region *region, void *pages, size_t size)
{
    if (is_last(region, pages, size))
        give_back(region, pages, size);
    else
        munmap(pages, size);
}
