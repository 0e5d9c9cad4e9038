/* Edit distance, for "did you mean". */
#ifndef IMMURE_NEAREST_H
#define IMMURE_NEAREST_H

/* Insertions, deletions, substitutions and swaps of neighbours that turn a
 * into b; texts over 63 bytes are far from everything. */
unsigned nearest_distance(const char *a, const char *b);

/* Whether the distance is that of a typing error. */
int nearest_is_typo(const char *typed, const char *known);

#endif
