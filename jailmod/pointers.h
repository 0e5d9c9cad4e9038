/* A set of addresses, in the order they came.  Owns no object. */
#ifndef IMMURE_JAILMOD_POINTERS_H
#define IMMURE_JAILMOD_POINTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; pointers_clear() frees. */
struct pointers {
    void **items;
    size_t count;
    uint32_t *slots; /* number of an item plus one; 0 is free */
    size_t mask;     /* of the slots, which are twice the room for items */
};

/* 1 added, 0 was there, -1 with MemoryError. */
int pointers_add(struct pointers *set, const void *pointer);
/* The number of the item, or -1. */
ptrdiff_t pointers_find(const struct pointers *set, const void *pointer);
void pointers_clear(struct pointers *set);

static inline bool
pointers_has(const struct pointers *set, const void *pointer)
{
    return pointers_find(set, pointer) >= 0;
}

#endif
