/* Lines of a person, edited; or of a pipe, as they come. */
#ifndef IMMURE_REPL_LINES_H
#define IMMURE_REPL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "host/err.h"

/* Names that can stand in the place of the last word of `before`; malloc'd
 * list of malloc'd texts, ended by NULL, or NULL. */
typedef char **lines_complete(void *arg, const char *before);

struct lines;

enum line_kind { LINE_TEXT, LINE_INTERRUPT, LINE_END };

/* signals: a signalfd with SIGINT, which is blocked.  echo: prompts and lines
 * of a pipe are printed. */
int lines_open(int signals, bool echo, lines_complete *complete, void *arg,
               struct lines **out, struct err *err);

/* One line without its newline, until the next call. */
enum line_kind lines_read(struct lines *lines, const char *prompt,
                          const char **out);

/* Print a line of a pipe, if that is asked for. */
void lines_echo(const struct lines *lines, const char *prompt,
                const char *line);

/* Whether it is edited by a person. */
bool lines_are_edited(const struct lines *lines);

/* More is there already: this is a pipe, or a paste. */
bool lines_pending(const struct lines *lines);

void lines_close(struct lines *lines);

#endif
