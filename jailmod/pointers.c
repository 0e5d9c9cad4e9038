#include <Python.h>

#include "jailmod/pointers.h"

#define FIRST_ROOM 16

/* The slot of that pointer, or the free one where it would go. */
static size_t
find_slot(const struct pointers *set, const void *pointer)
{
    size_t at = ((uintptr_t)pointer >> 4) * 0x9E3779B97F4A7C15u >> 20;

    for (at &= set->mask; set->slots[at] != 0; at = (at + 1) & set->mask)
        if (set->items[set->slots[at] - 1] == pointer)
            break;
    return at;
}

static int
grow(struct pointers *set)
{
    size_t room = set->slots == NULL ? FIRST_ROOM : set->mask + 1;
    void **items = PyMem_RawRealloc(set->items, room * sizeof *items);
    uint32_t *slots = PyMem_RawCalloc(room * 2, sizeof *slots);

    if (items != NULL)
        set->items = items;
    if (items == NULL || slots == NULL) {
        PyMem_RawFree(slots);
        PyErr_NoMemory();
        return -1;
    }
    PyMem_RawFree(set->slots);
    set->slots = slots;
    set->mask = room * 2 - 1;
    for (size_t i = 0; i < set->count; i++)
        slots[find_slot(set, items[i])] = (uint32_t)i + 1;
    return 0;
}

int
pointers_add(struct pointers *set, const void *pointer)
{
    if (pointers_has(set, pointer))
        return 0;
    if ((set->slots == NULL || set->count * 2 > set->mask) && grow(set) < 0)
        return -1;
    set->items[set->count++] = (void *)(uintptr_t)pointer;
    set->slots[find_slot(set, pointer)] = (uint32_t)set->count;
    return 1;
}

ptrdiff_t
pointers_find(const struct pointers *set, const void *pointer)
{
    if (set->slots == NULL)
        return -1;
    return (ptrdiff_t)set->slots[find_slot(set, pointer)] - 1;
}

void
pointers_clear(struct pointers *set)
{
    PyMem_RawFree(set->items);
    PyMem_RawFree(set->slots);
    *set = (struct pointers){0};
}
