/* Where the interpreter's memory lies, so that a guest copies little of it.
 *
 * fork(2) copies the page table of all memory, and each page that a guest
 * writes to costs a fault and a copy.  Some things help, and only in a zygote:
 * the arenas of objects lie in one region of huge pages (one entry of the
 * page table in the place of 512), the holes that imports leave in them are
 * filled, so that what a guest allocates lies together, and program text is in
 * the page tables that are copied. */
#include "host/zygote/interp_state.h"

#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/cleanup.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

enum {
    HUGE = 2 << 20,
    REGION = 64 << 20, /* twice what the library takes */
    SMALL_MAX = 512,   /* Objects/obmalloc.c: larger ones are malloc(3)'s */
    SMALL_STEP = 16,
    LARGE_MAX = 16 << 10,
    POOL = 16 << 10, /* POOL_SIZE, with its header of */
    POOL_HEAD = 48,
    FILL_MAX = 1 << 20, /* blocks of one size */
    SORT = 64 << 10,
};

struct region {
    char *start, *next, *end;
};

static void *
arena_alloc(void *ctx, size_t size)
{
    struct region *r = ctx;
    if (size <= (size_t)(r->end - r->next)) {
        void *arena = r->next;
        r->next += size;
        return arena;
    }
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* One of the region is not used again: its pages go back. */
static void
arena_free(void *ctx, void *arena, size_t size)
{
    const struct region *r = ctx;
    if ((char *)arena >= r->start && (char *)arena < r->end)
        (void)madvise(arena, size, MADV_DONTNEED);
    else
        (void)munmap(arena, size);
}

int
interp_use_region(struct interp *in, struct err *err)
{
    struct region *r = calloc(1, sizeof *r);
    char *p = mmap(NULL, REGION + HUGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r == NULL || p == MAP_FAILED)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    size_t skip = (HUGE - (uintptr_t)p % HUGE) % HUGE;
    /* No lists of small blocks that the next large one puts together again:
     * that would write to pages all over the heap.  And the heap grows from
     * where a huge page can begin. */
    (void)mallopt(M_MXFAST, 0);
    (void)sbrk((intptr_t)((HUGE - (uintptr_t)sbrk(0) % HUGE) % HUGE));
    *r = (struct region){p + skip, p + skip, p + skip + REGION};
    if (skip > 0)
        (void)munmap(p, skip);
    if (skip < HUGE)
        (void)munmap(r->end, HUGE - skip);
    (void)madvise(r->start, REGION, MADV_HUGEPAGE); /* where there are any */
    in->region = r;
    PyObjectArenaAllocator arenas = {r, arena_alloc, arena_free};
    PyObject_SetArenaAllocator(&arenas);
    return 0;
}

/* What was not needed would count for the guests' limits, and in a region of
 * huge pages a guest's first byte would be two megabytes. */
void
interp_trim_region(struct interp *in)
{
    struct region *r = in->region;
    if (r == NULL)
        return;
    char *end = r->start + (r->next - r->start + HUGE - 1) / HUGE * HUGE;
    if (end < r->end)
        (void)munmap(end, (size_t)(r->end - end));
    r->end = r->next;
    if (r->next < end)
        (void)munmap(r->next, (size_t)(end - r->next));
}

/* Whether a block is the third in turn of a pool that was empty. */
static bool
is_fresh(const uintptr_t last[3], size_t size)
{
    return last[2] % POOL == POOL_HEAD + 2 * size &&
           last[1] == last[2] - size && last[0] == last[1] - size;
}

static void
fill_small(size_t size)
{
    uintptr_t last[3] = {0};
    for (int i = 0; i < FILL_MAX && !is_fresh(last, size); i++) {
        last[0] = last[1];
        last[1] = last[2];
        last[2] = (uintptr_t)PyObject_Malloc(size);
        if (last[2] == 0)
            return;
    }
}

/* Free memory below the top of malloc(3)'s heap.  What comes from the top, or
 * from elsewhere, has found no hole. */
static void
fill_large(void)
{
    const struct mallinfo2 now = mallinfo2();
    const char *end = sbrk(0), *top = end - now.keepcost;
    for (size_t size = LARGE_MAX; size > SMALL_MAX; size -= SMALL_STEP)
        for (int i = 0; i < FILL_MAX; i++) {
            char *p = malloc(size);
            if (p == NULL || p >= top || p < end - now.arena) {
                free(p);
                break;
            }
        }
}

/* What was freed of late is put into malloc(3)'s lists with the next request
 * that none of it is large enough for: here, and not in each guest. */
static void
sort_free(void)
{
    void *volatile p = malloc(SORT);
    free(p);
}

/* Memory that is all in use already, in huge pages. */
static void
collapse(const char *start, const char *end)
{
    uintptr_t from = ((uintptr_t)start + HUGE - 1) / HUGE * HUGE;
    uintptr_t to = (uintptr_t)end / HUGE * HUGE;
    if (from < to)
        (void)madvise((void *)from, to - from, MADV_COLLAPSE);
}

void
interp_use_huge_pages(const struct interp *in)
{
    sort_free();
    const struct mallinfo2 heap = mallinfo2();
    const char *end = sbrk(0);
    collapse(end - heap.arena, end - heap.keepcost);
    if (in->region != NULL)
        collapse(in->region->start, in->region->next);
}

void
interp_fill_holes(void)
{
    for (size_t size = SMALL_STEP; size <= SMALL_MAX; size += SMALL_STEP)
        fill_small(size);
    fill_large();
}

static bool
holds(const struct dl_phdr_info *object, uintptr_t address)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + h->p_vaddr;
        if (h->p_type == PT_LOAD && address >= start &&
            address - start < h->p_memsz)
            return true;
    }
    return false;
}

/* What runs in each guest: libpython, the C library, and this program's code.
 * Its constants are the library's table, of which a guest reads little. */
static bool
is_hot(const struct dl_phdr_info *object, const ElfW(Phdr) * h)
{
    if (h->p_type != PT_LOAD || (h->p_flags & PF_W) || h->p_offset == 0)
        return false;
    return holds(object, (uintptr_t)&PyObject_Malloc) ||
           holds(object, (uintptr_t)&mallopt) ||
           (holds(object, (uintptr_t)&collapse) && (h->p_flags & PF_X));
}

static int
share_object(struct dl_phdr_info *object, size_t size, void *arg)
{
    const int *memory = arg;
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &object->dlpi_phdr[i];
        const char *byte = (const char *)(object->dlpi_addr + h->p_vaddr);
        if (is_hot(object, h))
            (void)!pwrite(*memory, byte, 1, (off_t)(uintptr_t)byte);
    }
    return 0;
}

/* mm/memory.c, vma_needs_copy(): a file's mapping is left out of a fork, to be
 * found again by faults, unless a page of it is the process's own.  So the
 * first byte of each segment is written over by itself, as a debugger would,
 * and its protection stays.  A kernel that refuses that is slower, no more. */
void
interp_share_text(void)
{
    OWNED_FD memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    if (memory >= 0)
        (void)dl_iterate_phdr(share_object, &memory);
}
