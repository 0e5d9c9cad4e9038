/* The files that a guest says it made or changed. */
#ifndef IMMURE_CLAIMS_FILES_H
#define IMMURE_CLAIMS_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/wire/frame.h"

enum {
    CLAIMS_FILES_MAX = 1000, /* in one result */
    CLAIMS_PATH_MAX = 4095,  /* bytes */
    CLAIMS_DEPTH_MAX = 100,  /* names in a path */
};

struct claims_files {
    uint64_t left;  /* bytes of content that may still come */
    json_t *rows;   /* array of {path, size, content}, in the guest's order */
    json_t *paths;  /* object whose keys are the paths so far */
    bool truncated; /* something was left out */
};

int claims_files_init(struct claims_files *files, struct err *err);
/* A step of a session is over. */
void claims_files_next_step(struct claims_files *files);
void claims_files_clear(struct claims_files *files);

/* Take a FRAME_CHANGED: u64 size, u8 whether the content follows, the path as
 * a field, the content; an empty one says that not all files are told.
 * ERR_PROTO when it is malformed, too much, or its path is one that no guest
 * has: relative, with empty names, "." or "..", NUL, a name over 255 bytes, or
 * no UTF-8. */
int claims_files_take(struct claims_files *files, struct span payload,
                      struct err *err);

#endif
