#include "host/service/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/service/http.h"

enum { BACKLOG = 1024 };

static int
fail(const char *address, const char *what, struct err *err)
{
    return err_set(err, ERR_SYSTEM, errno, "%s %s", what, address);
}

/* A socket that is left from a program that has ended is in the way; one that
 * answers is somebody's. */
static int
remove_stale(const struct sockaddr_un *un, const char *address,
             struct err *err)
{
    struct stat st;
    if (lstat(un->sun_path, &st) != 0)
        return 0;
    OWNED_FD probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool stale = S_ISSOCK(st.st_mode) && probe >= 0 &&
                 connect(probe, (const void *)un, sizeof *un) != 0 &&
                 errno == ECONNREFUSED;
    if (!stale)
        return err_set(err, ERR_USAGE, 0, "listen on %s: it is there already",
                       address);
    return unlink(un->sun_path) == 0 ? 0 : fail(address, "remove", err);
}

static int
listen_unix(const char *address, struct http *http, struct err *err)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    const char *path = address + strlen("unix:");
    if (path[0] == '\0' || strlen(path) >= sizeof un.sun_path)
        return err_set(err, ERR_USAGE, 0,
                       "--listen %s: a path of 1 to %zu bytes", address,
                       sizeof un.sun_path - 1);
    strcpy(un.sun_path, path);
    if (remove_stale(&un, address, err) != 0)
        return -1;
    OWNED_FD fd =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const void *)&un, sizeof un) != 0 ||
        listen(fd, BACKLOG) != 0)
        return fail(address, "listen on", err);
    http->unix_path = strdup(path);
    strcpy(http->name, "localhost");
    strcpy(http->port, "80");
    return take_fd(&fd);
}

/* HOST and PORT of HOST:PORT, without the brackets of an IPv6 address. */
static int
split(const char *address, struct http *http, struct err *err)
{
    const char *colon = strrchr(address, ':');
    size_t len = colon ? (size_t)(colon - address) : 0;
    if (len > 1 && address[0] == '[' && address[len - 1] == ']') {
        address++;
        len -= 2;
    }
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (colon == NULL || digits == 0 || digits > 5 ||
        colon[1 + digits] != '\0' || atoi(colon + 1) > 65535 ||
        len >= sizeof http->name)
        return err_set(err, ERR_USAGE, 0,
                       "--listen %s: write HOST:PORT, [HOST]:PORT or "
                       "unix:PATH",
                       address);
    memcpy(http->name, address, len);
    snprintf(http->port, sizeof http->port, "%.5s", colon + 1);
    return 0;
}

/* What the system has chosen, for port 0. */
static void
note_port(int fd, struct http *http)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof bound;
    if (getsockname(fd, (void *)&bound, &len) == 0)
        (void)getnameinfo((void *)&bound, len, NULL, 0, http->port,
                          sizeof http->port, NI_NUMERICSERV);
}

static int
listen_one(const struct addrinfo *found, const char *address, struct err *err)
{
    int on = 1;
    OWNED_FD fd = socket(found->ai_family,
                         SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(address, "make a socket for", err);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (found->ai_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
        listen(fd, BACKLOG) != 0)
        return fail(address, "listen on", err);
    return take_fd(&fd);
}

int
listen_open(const char *address, struct http *http, struct err *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (strncmp(address, "unix:", 5) == 0)
        return listen_unix(address, http, err);
    if (split(address, http, err) != 0)
        return -1;
    int failed = getaddrinfo(http->name[0] ? http->name : NULL, http->port,
                             &hints, &found);
    if (failed != 0)
        return err_set(err, ERR_USAGE, 0, "--listen %s: %s", address,
                       gai_strerror(failed));
    int fd = listen_one(found, address, err);
    freeaddrinfo(found);
    if (fd < 0)
        return -1;
    note_port(fd, http);
    if (http->name[0] == '\0')
        strcpy(http->name, "localhost");
    return fd;
}
