#include "host/zygote/given.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "host/cleanup.h"
#include "host/wire/control.h"

int
given_map(struct given *out, struct err *err)
{
    const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    OWNED_FD fd = CONTROL_FD_GIVEN;
    struct stat st;
    *out = (struct given){0};
    if (fstat(fd, &st) != 0)
        return err_set(err, ERR_SYSTEM, errno, "look at the policy's files");
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return 0;
    if (fcntl(fd, F_GET_SEALS) != seals)
        return err_set(err, ERR_WALL, 0, "the policy's files are not sealed");
    void *bytes =
        mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return err_set(err, ERR_SYSTEM, errno, "map the policy's files");
    *out = (struct given){bytes, (size_t)st.st_size};
    return 0;
}

static int
read_row(const struct given *given, const json_t *row, struct given_file *out,
         struct err *err)
{
    const json_t *at = json_object_get(row, "at");
    *out = (struct given_file){
        .path = json_string_value(json_object_get(row, "path")),
        .locked = json_is_true(json_object_get(row, "locked")),
    };
    if (out->path != NULL && at == NULL)
        return 0;
    const json_int_t start = json_integer_value(at);
    const json_int_t size = json_integer_value(json_object_get(row, "size"));
    if (out->path == NULL || start < 0 || size < 0 ||
        (size > 0 && ((uint64_t)start > given->size ||
                      (uint64_t)size > given->size - (uint64_t)start)))
        return err_set(err, ERR_POLICY, 0, "effective policy: files");
    out->size = (size_t)size;
    out->bytes = size > 0 ? given->bytes + start : (const unsigned char *)"";
    return 0;
}

int
given_each(const struct given *given, const char *policy_json, given_fn *tell,
           void *arg, struct err *err)
{
    json_error_t where;
    json_t *policy = json_loads(policy_json, 0, &where);
    if (policy == NULL)
        return err_set(err, ERR_POLICY, 0, "effective policy: %s", where.text);
    int done = 0;
    size_t i;
    json_t *row;
    json_array_foreach(
        json_object_get(json_object_get(policy, "files"), "rows"), i, row) {
        struct given_file file;
        if (done == 0)
            done = read_row(given, row, &file, err);
        if (done == 0)
            done = tell(arg, &file, err);
    }
    json_decref(policy);
    return done;
}
