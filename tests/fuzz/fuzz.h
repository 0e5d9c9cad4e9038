/* A fuzz target is one function; libFuzzer or replay.c brings the main. */
#ifndef IMMURE_TESTS_FUZZ_H
#define IMMURE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keep a value that nobody needs, so that its reads stay. */
static inline void
fuzz_use(size_t v)
{
    __asm__ volatile("" : : "r"(v));
}

#endif
