#include "host/service/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"

/* clang-format off */
static const struct {
    const char *key;
    size_t at;
} limit_rows[] = {
    {"wall_ms",   offsetof(struct app_limits, wall_ms)},
    {"cpu_ms",    offsetof(struct app_limits, cpu_ms)},
    {"memory",    offsetof(struct app_limits, memory)},
    {"output",    offsetof(struct app_limits, output)},
    {"files",     offsetof(struct app_limits, files)},
    {"body",      offsetof(struct app_limits, body)},
    {"buffer",    offsetof(struct app_limits, buffer)},
    {"client_ms", offsetof(struct app_limits, client_ms)},
    {"load_ms",   offsetof(struct app_limits, load_ms)},
    {"queue",     offsetof(struct app_limits, queue)},
    {"requests",  offsetof(struct app_limits, requests)},
};
/* clang-format on */

static const char *
text_of(const struct app *app, const char *key)
{
    const char *text = json_string_value(json_object_get(app->json, key));
    return text ? text : "";
}

static void
read_limits(struct app *app)
{
    const json_t *limits = json_object_get(app->json, "limits");
    for (size_t i = 0; i < sizeof limit_rows / sizeof *limit_rows; i++)
        *(uint64_t *)(void *)((char *)&app->limits + limit_rows[i].at) =
            (uint64_t)json_integer_value(
                json_object_get(limits, limit_rows[i].key));
}

static int
read_environment(struct app *app, struct err *err)
{
    const json_t *list = json_object_get(app->json, "environment");
    size_t n = json_array_size(list);
    void *space = calloc(n + 1, sizeof *app->environment);
    if (space == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    app->environment = space;
    for (size_t i = 0; i < n; i++)
        app->environment[i] = json_string_value(json_array_get(list, i));
    app->nenvironment = n;
    return 0;
}

/* A link that took the file's place since it was listed is not followed. */
static int
read_file(const char *path, uint64_t most, struct immure_file *out,
          struct err *err)
{
    struct stat st;
    char *data = NULL;
    size_t len = 0;
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0)
        return err_set(err, ERR_SYSTEM, errno, "read %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_USAGE, 0, "%s is no file any more", path);
    if (fd_read_all(fd, most, &data, &len, err) != 0)
        return -1;
    out->content = (struct immure_bytes){data, len};
    return 0;
}

static int
read_files(struct app *app, struct err *err)
{
    const json_t *list = json_object_get(app->json, "files");
    size_t n = json_array_size(list);
    uint64_t left = app->limits.files;
    app->files = calloc(n + 1, sizeof *app->files);
    if (app->files == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    for (size_t i = 0; i < n; i++) {
        struct immure_file *file = &app->files[i];
        const char *item = json_string_value(json_array_get(list, i));
        const char *equals = strchr(item, '=');
        char *name = strndup(item, (size_t)(equals - item));
        if (name == NULL)
            return err_set(err, ERR_MEMORY, 0, "out of memory");
        file->name = name;
        app->nfiles = i + 1;
        if (equals[-1] == '/')
            continue;
        if (read_file(equals + 1, left, file, err) != 0)
            return err->code == ERR_PROTO
                       ? err_set(err, ERR_USAGE, 0,
                                 "%s: its files are over limits.files, which "
                                 "is %llu bytes",
                                 app->file,
                                 (unsigned long long)app->limits.files)
                       : -1;
        left -= file->content.len;
    }
    return 0;
}

int
app_read(json_t *item, struct app *out, struct err *err)
{
    struct app app = {.json = json_incref(item)};
    app.name = text_of(&app, "name");
    app.file = text_of(&app, "file");
    app.folder = text_of(&app, "folder");
    app.entry = text_of(&app, "entry");
    app.policy = text_of(&app, "policy");
    app.hosts = json_object_get(item, "hosts");
    app.paths = json_object_get(item, "paths");
    app.workers =
        (unsigned)json_integer_value(json_object_get(item, "workers"));
    app.own_zygote = json_is_true(json_object_get(item, "own_zygote"));
    read_limits(&app);
    if (read_environment(&app, err) != 0 || read_files(&app, err) != 0) {
        app_clear(&app);
        *out = app;
        return -1;
    }
    *out = app;
    return 0;
}

void
app_clear(struct app *app)
{
    for (size_t i = 0; i < app->nfiles; i++) {
        free((void *)(uintptr_t)app->files[i].name);
        free((void *)(uintptr_t)app->files[i].content.data);
    }
    free(app->files);
    free(app->environment);
    json_decref(app->json);
    *app = (struct app){0};
}

bool
app_is_same(const struct app *a, const struct app *b)
{
    if (a->nfiles != b->nfiles || !json_equal(a->json, b->json))
        return false;
    for (size_t i = 0; i < a->nfiles; i++) {
        const struct immure_bytes *x = &a->files[i].content;
        const struct immure_bytes *y = &b->files[i].content;
        if (strcmp(a->files[i].name, b->files[i].name) != 0 ||
            x->len != y->len ||
            (x->len > 0 && memcmp(x->data, y->data, x->len) != 0))
            return false;
    }
    return true;
}
