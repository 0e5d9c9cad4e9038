#include "host/cli/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"

struct walk {
    const char *path; /* for messages */
    const struct tree_sink *sink;
    char name[PATH_MAX];
    size_t entries;
};

static int walk_dir(struct walk *walk, int fd, size_t len, int depth,
                    struct err *err);

static int
refuse(const struct walk *walk, int sys_errno, const char *why,
       struct err *err)
{
    return err_set(err, ERR_USAGE, sys_errno, "--dir \"%s\": \"%.512s\" %s",
                   walk->path, walk->name, why);
}

/* walk->name is its name; slash: where that ends. */
static int
walk_entry(struct walk *walk, int dir, const char *name, size_t end, int depth,
           struct err *err)
{
    struct stat st;
    if (++walk->entries > TREE_ENTRIES_MAX)
        return err_set(err, ERR_USAGE, 0,
                       "--dir \"%s\": over %d files and directories",
                       walk->path, TREE_ENTRIES_MAX);
    /* A FIFO would wait for its writer. */
    OWNED_FD fd = openat(
        dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP
                   ? refuse(walk, 0, "is a link, which is not given", err)
                   : refuse(walk, errno, "can't be opened", err);
    if (fstat(fd, &st) != 0)
        return refuse(walk, errno, "can't be read", err);
    if (S_ISREG(st.st_mode))
        return walk->sink->found(walk->sink->arg, walk->name, fd, err);
    if (!S_ISDIR(st.st_mode))
        return refuse(walk, 0, "is neither a file nor a directory", err);
    if (end + 1 >= sizeof walk->name || depth == TREE_DEPTH_MAX)
        return refuse(walk, 0, "is too deep", err);
    strcpy(walk->name + end, "/");
    if (walk->sink->found(walk->sink->arg, walk->name, -1, err) != 0)
        return -1;
    return walk_dir(walk, fd, end + 1, depth + 1, err);
}

static int
walk_dir(struct walk *walk, int fd, size_t len, int depth, struct err *err)
{
    struct dirent **list = NULL;
    int n = scandirat(fd, ".", &list, NULL, alphasort);
    int done = n < 0 ? refuse(walk, errno, "can't be read", err) : 0;
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        size_t end = len + strlen(name);
        if (done == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            if (end >= sizeof walk->name) {
                done = refuse(walk, 0, "is too deep", err);
            } else {
                strcpy(walk->name + len, name);
                done = walk_entry(walk, fd, name, end, depth, err);
            }
        }
        free(list[i]);
    }
    free(list);
    walk->name[len] = '\0';
    return done;
}

int
tree_walk(const char *path, const struct tree_sink *sink, struct err *err)
{
    struct walk walk = {.path = path, .sink = sink};
    OWNED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_USAGE, errno,
                       "--dir: can't open the directory \"%s\"", path);
    return walk_dir(&walk, fd, 0, 0, err);
}
