#include "host/wall/mseal.h"

#include <errno.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/wall/layers.h"

#ifndef SYS_mseal
#define SYS_mseal 462 /* Linux 6.10 */
#endif

/* What is policy here: code, constants (the lists of the gate, the thunks that
 * refuse), and the relocated pointers behind RELRO (every call into another
 * library).  The filter must let a guest have mprotect, munmap, mremap and
 * mmap over what is there, for malloc; sealed, these pages answer EPERM to all
 * four, so that one forged system call cannot make a table writable or put
 * another in its place.
 *
 * Not sealed: .data, where CPython's own method tables lie among what must
 * change; and heaps. */

struct walk {
    uintptr_t page; /* size of one */
    int failed;     /* errno of the first that did not go up, or 0 */
};

static void
seal(struct walk *walk, uintptr_t start, uintptr_t end)
{
    start &= ~(walk->page - 1);
    end &= ~(walk->page - 1);
    if (walk->failed == 0 && end > start &&
        syscall(SYS_mseal, start, end - start, 0ul) != 0)
        walk->failed = errno;
}

static int
seal_image(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct walk *walk = arg;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + p->p_vaddr;
        uintptr_t end = start + p->p_memsz;
        if (p->p_type == PT_LOAD && (p->p_flags & PF_W) == 0)
            seal(walk, start, end + walk->page - 1);
        else if (p->p_type == PT_GNU_RELRO)
            seal(walk, start, end); /* the loader rounds its end down, too */
    }
    return 0;
}

int
mseal_images(struct wall *wall, struct err *err)
{
    static const char constant[] = "sealed with its page";
    struct walk walk = {.page = (uintptr_t)sysconf(_SC_PAGESIZE)};
    if (!layer_wanted(wall, WALL_MSEAL))
        return 0;
    if (syscall(SYS_mseal, 0ul, 0ul, 0ul) != 0)
        return layer_missing(wall, WALL_MSEAL, errno);
    dl_iterate_phdr(seal_image, &walk);
    if (walk.failed != 0)
        return layer_failed(err, WALL_MSEAL, walk.failed, "mseal(2)");
    uintptr_t page = (uintptr_t)constant & ~(walk.page - 1);
    if (mprotect((void *)page, walk.page, PROT_READ) == 0)
        return layer_failed(err, WALL_MSEAL, 0,
                            "a sealed page can still be changed");
    layer_up(wall, WALL_MSEAL);
    return 0;
}
