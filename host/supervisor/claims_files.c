#include "host/supervisor/claims_files.h"

#include <stdlib.h>
#include <string.h>

#include "host/base64.h"
#include "host/cleanup.h"

enum { NAME_MAX_BYTES = 255 };

int
claims_files_init(struct claims_files *files, struct err *err)
{
    *files =
        (struct claims_files){.rows = json_array(), .paths = json_object()};
    if (files->rows == NULL || files->paths == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

void
claims_files_next_step(struct claims_files *files)
{
    json_array_clear(files->rows);
    json_object_clear(files->paths);
    files->left = 0;
    files->truncated = false;
}

void
claims_files_clear(struct claims_files *files)
{
    json_decref(files->rows);
    json_decref(files->paths);
    *files = (struct claims_files){0};
}

static bool
is_name(const uint8_t *name, size_t len)
{
    if (len == 0 || len > NAME_MAX_BYTES)
        return false;
    return !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
}

static bool
is_path(struct span path)
{
    const uint8_t *at = path.data, *end = path.data + path.len;
    size_t depth = 0;
    if (path.len < 2 || path.len > CLAIMS_PATH_MAX || at[0] != '/' ||
        memchr(at, '\0', path.len) != NULL)
        return false;
    while (at < end) {
        const uint8_t *name = at + 1; /* behind a slash */
        const uint8_t *slash = memchr(name, '/', (size_t)(end - name));
        at = slash != NULL ? slash : end;
        if (!is_name(name, (size_t)(at - name)) || ++depth > CLAIMS_DEPTH_MAX)
            return false;
    }
    return true;
}

/* A control character is six bytes in JSON, written one by one: 16 MB of them
 * would hold up the supervisor, and all guests' clocks, for a second
 * (tests/wall/attacks/14). */
static bool
is_printable(struct span content)
{
    size_t controls = 0;
    for (size_t i = 0; i < content.len; i++)
        controls += content.data[i] < ' ' && content.data[i] != '\n' &&
                    content.data[i] != '\r' && content.data[i] != '\t';
    return controls <= content.len / 16;
}

/* Text, or {"base64": TEXT}; NULL: out of memory. */
static json_t *
content_object(struct span content)
{
    json_t *text = is_printable(content)
                       ? json_stringn((const char *)content.data, content.len)
                       : NULL; /* nor where it is no UTF-8 */
    if (text != NULL)
        return text;
    OWNED_STR encoded = base64_encode(content.data, content.len);
    return encoded == NULL
               ? NULL
               : json_pack("{s:o}", "base64", json_string_nocheck(encoded));
}

struct changed {
    uint64_t size;
    bool whole;
    struct span path, content;
};

static int
parse(struct span rest, struct changed *out, struct err *err)
{
    if (span_take_u64(&rest, &out->size, err) != 0)
        return -1;
    if (rest.len < 1 || rest.data[0] > 1)
        return err_set(err, ERR_PROTO, 0, "a changed frame of no known kind");
    out->whole = rest.data[0] == 1;
    rest.data++;
    rest.len--;
    if (span_take_field(&rest, &out->path, err) != 0)
        return -1;
    if (rest.len != (out->whole ? out->size : 0))
        return err_set(err, ERR_PROTO, 0, "a changed file of another size");
    out->content = rest;
    return 0;
}

static int
add_row(struct claims_files *files, const struct changed *changed,
        struct err *err)
{
    json_t *path =
        json_stringn((const char *)changed->path.data, changed->path.len);
    if (path == NULL)
        return err_set(err, ERR_PROTO, 0, "a changed file's path is no UTF-8");
    const char *key = json_string_value(path);
    if (json_object_get(files->paths, key) != NULL) {
        json_decref(path);
        return err_set(err, ERR_PROTO, 0, "a changed file twice");
    }
    json_object_set_new(files->paths, key, json_true());
    json_t *content =
        changed->whole ? content_object(changed->content) : json_null();
    json_t *row = json_pack("{s:o, s:I, s:o}", "path", path, "size",
                            (json_int_t)changed->size, "content", content);
    if (row == NULL || json_array_append_new(files->rows, row) != 0)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    return 0;
}

int
claims_files_take(struct claims_files *files, struct span payload,
                  struct err *err)
{
    struct changed changed = {0};
    if (payload.len == 0) {
        files->truncated = true;
        return 0;
    }
    if (json_array_size(files->rows) >= CLAIMS_FILES_MAX)
        return err_set(err, ERR_PROTO, 0, "more than %d changed files",
                       CLAIMS_FILES_MAX);
    if (parse(payload, &changed, err) != 0)
        return -1;
    if (!is_path(changed.path))
        return err_set(err, ERR_PROTO, 0, "a changed file of no valid path");
    if (changed.content.len > files->left)
        return err_set(err, ERR_PROTO, 0,
                       "changed files over what may be left");
    if (changed.size > INT64_MAX)
        return err_set(err, ERR_PROTO, 0, "a changed file of no valid size");
    files->left -= changed.content.len;
    files->truncated |= !changed.whole;
    return add_row(files, &changed, err);
}
