/* What kinds read of a gateway's table. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/gateway/kind.h"

enum { SECRET_MAX = 64 << 10 };

const char *
key_text(const json_t *keys, const char *key)
{
    return json_string_value(json_object_get(keys, key));
}

uint64_t
key_number(const json_t *keys, const char *key, uint64_t otherwise)
{
    const json_t *value = json_object_get(keys, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return otherwise;
    return (uint64_t)json_integer_value(value);
}

static int
read_file(const char *key, const char *path, char **out, struct err *err)
{
    size_t len;
    OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, ERR_POLICY, errno, "%s_file: %s", key, path);
    struct err cause;
    if (fd_read_all(fd, SECRET_MAX, out, &len, &cause) != 0)
        return err_set(err, ERR_POLICY, 0, "%s_file: %s: %.300s", key, path,
                       cause.msg);
    if (len > 0 && (*out)[len - 1] == '\n')
        (*out)[--len] = '\0';
    if (strlen(*out) == len)
        return 0;
    free(*out);
    *out = NULL;
    return err_set(err, ERR_POLICY, 0, "%s_file: %s: a NUL in it", key, path);
}

int
key_secret(const json_t *keys, const char *key, char **out, struct err *err)
{
    char name[64];
    *out = NULL;
    snprintf(name, sizeof name, "%s_file", key);
    const char *path = key_text(keys, name);
    if (path != NULL)
        return read_file(key, path, out, err);
    snprintf(name, sizeof name, "%s_env", key);
    const char *variable = key_text(keys, name);
    if (variable == NULL)
        return 0;
    const char *value = getenv(variable);
    if (value == NULL)
        return err_set(err, ERR_POLICY, 0, "%s: no %s in immure's environment",
                       name, variable);
    *out = strdup(value);
    return *out ? 0 : err_set(err, ERR_MEMORY, 0, "out of memory");
}

void
secret_clear(char **secret)
{
    if (*secret != NULL)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}
