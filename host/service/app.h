/* An application as its app.toml has it (host/policy/_immure_app.py has read
 * and checked it), and the bytes of its files. */
#ifndef IMMURE_APP_H
#define IMMURE_APP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/err.h"
#include "host/lib/immure.h"

/* Milliseconds, bytes and counts; docs/immure-app.1 says what each bounds. */
struct app_limits {
    uint64_t wall_ms, cpu_ms, memory, output, files;
    uint64_t body, buffer, client_ms, load_ms, queue, requests;
};

/* Texts are borrowed from json. */
struct app {
    json_t *json; /* owned */
    const char *name, *file, *folder, *entry, *policy;
    const json_t *hosts, *paths; /* lists of texts; empty: every */
    unsigned workers;
    bool own_zygote;
    struct app_limits limits;
    const char **environment; /* malloc'd */
    size_t nenvironment;
    struct immure_file *files; /* malloc'd, and so are names and contents */
    size_t nfiles;
};

/* Take a reference of an item of what the tool `app` says, and read its files.
 * On failure *out is cleared. */
int app_read(json_t *item, struct app *out, struct err *err);
void app_clear(struct app *app);

/* Whether both would be served the same way. */
bool app_is_same(const struct app *a, const struct app *b);

#endif
