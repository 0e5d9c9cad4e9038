/* What a guest tells on its report pipe.  All of it is claims but the first
 * frame, which is sent before any guest code runs. */
#ifndef IMMURE_REPORT_H
#define IMMURE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/err.h"
#include "host/wire/frame.h"

enum { REPORT_DENIALS = 64, REPORT_TEXT = 512 };

/* A denial that was told already; later ones of the same rule and line only
 * count. */
struct report_denial {
    uint32_t line;
    uint32_t count;
    char rule[128];
};

struct report {
    int fd; /* borrowed; -1: tell nobody */
    size_t ndenials;
    struct report_denial denials[REPORT_DENIALS];
};

/* Failures to write are ignored from here on: the reader decides by what it
 * got, and a guest that can't report is judged by its exit. */
void report_sealed(struct report *report);
void report_broken(int fd, const struct err *err);
void report_denial(struct report *report, uint32_t line,
                   const char *const text[4]);
void report_fields(struct report *report, enum frame_type type,
                   const struct span *fields, size_t nfields);
void report_trace(struct report *report, uint32_t line,
                  const struct span fields[3]);
struct report_file {
    struct span path;
    struct span content;
    bool whole; /* the content goes along */
};
void report_file(struct report *report, const struct report_file *file);
void report_bytes(struct report *report, enum frame_type type,
                  const void *data, size_t len);
/* What was told belongs to a step that is over. */
void report_next_step(struct report *report);
/* last: this process ends now, session or not. */
void report_end(struct report *report, enum frame_end end, bool last,
                uint8_t status);

#endif
