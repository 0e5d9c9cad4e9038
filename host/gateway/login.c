#include "host/gateway/login.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct login_kind *
kind_of(const struct stream_uri *account)
{
    switch (account->protocol) {
    case STREAM_TCP:
    case STREAM_MEMCACHE:
        return NULL;
    case STREAM_REDIS:
        return account->password[0] || account->database[0] ? &login_redis
                                                            : NULL;
    case STREAM_MYSQL:
        return &login_mysql;
    case STREAM_PROTOCOLS:
        break;
    }
    return NULL;
}

int
login_new(const struct stream_uri *account, struct login **out,
          struct err *err)
{
    const struct login_kind *kind = kind_of(account);
    *out = kind ? calloc(1, kind->size) : NULL;
    if (kind == NULL)
        return 0;
    if (*out == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    **out = (struct login){.kind = kind, .account = account};
    return 0;
}

int
login_step(struct login *login, const struct login_pipes *pipes,
           struct err *err)
{
    if (login->kind->step(login, pipes, err) != 0)
        return -1;
    if (login->state != LOGIN_DONE &&
        (evbuffer_get_length(pipes->from_server) > LOGIN_BYTES_MAX ||
         evbuffer_get_length(pipes->from_client) > LOGIN_BYTES_MAX))
        return err_set(err, ERR_PROTO, EPROTO,
                       "too many bytes before the login is over");
    return 0;
}

void
login_free(struct login *login)
{
    if (login == NULL)
        return;
    explicit_bzero(login, login->kind->size);
    free(login);
}
