/* JSON text of a guest's, judged before anything parses it.
 *
 * A tree of it in memory is a hundred times its size, and a reader's own depth
 * limit counts from where the text stands in a larger one (tests/wall/attacks
 * 01, 02, 03).  So it is first held to a size, a depth and a number of values
 * by a scan that allocates nothing, and put on one line. */
#ifndef IMMURE_JSON_TEXT_H
#define IMMURE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSON_TEXT_MAX = (1 << 20) + 4096, /* bytes */
    JSON_TEXT_DEPTH = 250,            /* nested arrays and objects */
    JSON_TEXT_VALUES = 200000,        /* commas and brackets */
};

/* Whether data is plain ASCII, without control characters but white space,
 * and within those bounds.  Says nothing about
 * its grammar. */
bool json_text_is_modest(const uint8_t *data, size_t len);

/* The same within other bounds. */
bool json_text_is_within(const uint8_t *data, size_t len, size_t bytes_max,
                         size_t depth_max, size_t values_max);

/* Space in the place of white space that ends lines; in place.  Inside a
 * string of well-formed JSON there is none. */
void json_text_one_line(char *text);

#endif
