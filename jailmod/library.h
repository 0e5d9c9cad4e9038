/* The library's modules, code and source, in memory: frozen at build time by
 * stdlib-whitelist/freeze.py from the library of this very machine. */
#ifndef IMMURE_JAILMOD_LIBRARY_H
#define IMMURE_JAILMOD_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library_row {
    const char *name; /* "json.decoder" */
    const char *path; /* its source, below PYTHON_STDLIB: "json/decoder.py" */
    bool package;
    bool frozen;           /* libpython has it too, and makes it faster */
    uint32_t offset, size; /* in library_code, marshalled */
    uint32_t text_offset, text_size; /* its source there, by zlib */
    int64_t source_size;             /* bytes of the source it was made from */
    int64_t source_mtime; /* and its time of change, in nanoseconds */
};

extern const struct library_row library_rows[]; /* sorted by name */
extern const size_t library_count;
extern const unsigned char library_code[];
/* sys.version of the interpreter that made the code. */
extern const char library_version[];

#endif
