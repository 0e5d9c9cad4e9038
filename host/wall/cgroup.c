#include "host/wall/cgroup_inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"

static const char *const names[CGROUP_CONTROLLERS] = {"memory", "pids", "cpu"};

int
cgroup_write_at(int dir, const char *file, const char *value)
{
    OWNED_FD fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    return write(fd, value, strlen(value)) == (ssize_t)strlen(value) ? 0 : -1;
}

bool
cgroup_read_at(int dir, const char *file, char out[CGROUP_TEXT])
{
    OWNED_FD fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, CGROUP_TEXT - 1);
    out[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

int
cgroup_open_dir(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* "memory" is a word of "cpu,memory" and of "cpu memory\n". */
static bool
has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    while (*words != '\0') {
        size_t n = strcspn(words, ", \n");
        if (n == len && strncmp(words, word, len) == 0)
            return true;
        words += n + (words[n] != '\0');
    }
    return false;
}

/* --- where -------------------------------------------------------------- */

static void
close_file(FILE **f)
{
    if (*f != NULL)
        fclose(*f);
}

#define OWNED_FILE __attribute__((cleanup(close_file))) FILE *

/* The path of this process's group in the hierarchy of `controller`, or in
 * that of version 2 (NULL), as /proc/self/cgroup has it. */
static bool
own_path(const char *controller, char out[PATH_MAX])
{
    OWNED_FILE f = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX + 256];
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *words = strchr(line, ':');
        char *path = words ? strchr(words + 1, ':') : NULL;
        if (path == NULL)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        if (controller ? has_word(words + 1, controller) : words[1] == '\0')
            return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    }
    return false;
}

/* The directory of that path: /proc/self/mountinfo says where the hierarchy
 * is mounted, and from which group downward (proc(5)). */
static int
open_own(const char *controller)
{
    OWNED_FILE f = fopen("/proc/self/mountinfo", "re");
    char line[2 * PATH_MAX], path[PATH_MAX], full[2 * PATH_MAX];
    if (!own_path(controller, path))
        return -1;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char root[PATH_MAX], at[PATH_MAX], type[32], options[1024];
        const char *rest = strstr(line, " - ");
        if (rest == NULL ||
            sscanf(line, "%*s %*s %*s %4095s %4095s", root, at) != 2 ||
            sscanf(rest, " - %31s %*s %1023s", type, options) != 2)
            continue;
        if (controller
                ? strcmp(type, "cgroup") != 0 || !has_word(options, controller)
                : strcmp(type, "cgroup2") != 0)
            continue;
        size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(path, root, n) != 0)
            continue;
        snprintf(full, sizeof full, "%s%s", at, path + n);
        return cgroup_open_dir(AT_FDCWD, full);
    }
    return -1;
}

/* --- version 2: no group may have both processes and controllers below -- */

/* Only we and who started us are in the group. */
static bool
is_ours_alone(int base)
{
    char text[CGROUP_TEXT];
    char *rest = text;
    if (!cgroup_read_at(base, "cgroup.procs", text))
        return false;
    for (long pid; (pid = strtol(rest, &rest, 10)) != 0;)
        if (pid != getpid() && pid != getppid())
            return false;
    return true;
}

static bool
move(int dir, pid_t pid)
{
    char text[16];
    snprintf(text, sizeof text, "%d", (int)pid);
    return dir >= 0 && cgroup_write_at(dir, "cgroup.procs", text) == 0;
}

static const char leaf[] = "immure-outside";

/* "+memory +pids", or with a minus. */
static int
control(const struct cgroup_tree *tree, int dir, char sign)
{
    char words[64] = "";
    size_t n = 0;
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (tree->has[i])
            n += (size_t)snprintf(words + n, sizeof words - n, "%s%c%s",
                                  n ? " " : "", sign, names[i]);
    return cgroup_write_at(dir, "cgroup.subtree_control", words);
}

/* A group that was delegated has us in it, and who started us: out of the
 * way, into a leaf. */
static bool
step_aside(struct cgroup_tree *tree)
{
    if (!is_ours_alone(tree->base) ||
        (mkdirat(tree->base, leaf, 0755) != 0 && errno != EEXIST))
        return false;
    OWNED_FD dir = cgroup_open_dir(tree->base, leaf);
    tree->moved = move(dir, getppid()) && move(dir, getpid());
    return tree->moved;
}

static void
step_back(struct cgroup_tree *tree)
{
    if (!tree->moved || control(tree, tree->base, '-') != 0)
        return;
    (void)move(tree->base, getppid());
    (void)move(tree->base, getpid());
    (void)unlinkat(tree->base, leaf, AT_REMOVEDIR);
}

/* Let groups below have what this one has. */
static bool
enable(struct cgroup_tree *tree)
{
    if (control(tree, tree->base, '+') == 0)
        return true;
    return errno == EBUSY && step_aside(tree) &&
           control(tree, tree->base, '+') == 0;
}

/* --- ours --------------------------------------------------------------- */

static void
each_dir(int at, void (*visit)(int at, const char *name))
{
    int copy = cgroup_open_dir(at, ".");
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    if (dir == NULL) {
        if (copy >= 0)
            close(copy);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            visit(at, entry->d_name);
    closedir(dir);
}

static void
remove_one(int at, const char *name)
{
    (void)unlinkat(at, name, AT_REMOVEDIR);
}

/* Its owner holds a lock on it for as long as it lives. */
static void
sweep_one(int at, const char *name)
{
    if (strncmp(name, "immure-", 7) != 0)
        return;
    OWNED_FD dir = cgroup_open_dir(at, name);
    if (dir < 0 || flock(dir, LOCK_EX | LOCK_NB) != 0)
        return;
    each_dir(dir, remove_one);
    (void)unlinkat(at, name, AT_REMOVEDIR);
}

static bool
make_home(struct cgroup_tree *tree, const char *name)
{
    each_dir(tree->base, sweep_one);
    if (mkdirat(tree->base, name, 0755) != 0)
        return false;
    tree->home = cgroup_open_dir(tree->base, name);
    if (tree->home >= 0 && flock(tree->home, LOCK_EX | LOCK_NB) == 0 &&
        (!tree->v2 || control(tree, tree->home, '+') == 0))
        return true;
    (void)unlinkat(tree->base, name, AT_REMOVEDIR);
    return false;
}

static void
tree_clear(struct cgroup_tree *tree, const char *home)
{
    if (tree->home >= 0) {
        each_dir(tree->home, remove_one);
        close(tree->home);
        (void)unlinkat(tree->base, home, AT_REMOVEDIR);
    }
    step_back(tree);
    if (tree->base >= 0)
        close(tree->base);
    tree->home = tree->base = -1;
}

static bool
add_tree(struct cgroups *c, const struct cgroup_tree *found)
{
    struct cgroup_tree tree = *found;
    tree.home = -1;
    if (tree.base >= 0 && (!tree.v2 || enable(&tree)) &&
        make_home(&tree, c->home)) {
        c->trees[c->count++] = tree;
        return true;
    }
    int why = errno;
    tree_clear(&tree, c->home);
    errno = why;
    return false;
}

static bool
find_v2(struct cgroups *c)
{
    char words[CGROUP_TEXT];
    struct cgroup_tree tree = {.v2 = true, .base = open_own(NULL)};
    if (tree.base < 0)
        return false;
    if (cgroup_read_at(tree.base, "cgroup.controllers", words))
        for (int i = 0; i < CGROUP_CONTROLLERS; i++)
            tree.has[i] = has_word(words, names[i]);
    if (tree.has[CGROUP_MEMORY] || tree.has[CGROUP_PIDS])
        return add_tree(c, &tree);
    close(tree.base);
    errno = ENOENT;
    return false;
}

static bool
find_v1(struct cgroups *c)
{
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        struct cgroup_tree tree = {.base = open_own(names[i])};
        tree.has[i] = true;
        if (tree.base >= 0)
            (void)add_tree(c, &tree);
    }
    return c->count > 0;
}

static bool
has(const struct cgroups *c, enum cgroup_controller controller)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->trees[i].has[controller])
            return true;
    return false;
}

int
cgroups_find(struct cgroups **out, int *out_why, struct err *err)
{
    struct cgroups *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    snprintf(c->home, sizeof c->home, "immure-%d", (int)getpid());
    errno = 0;
    *out_why = 0;
    if ((find_v2(c) || find_v1(c)) && has(c, CGROUP_MEMORY) &&
        has(c, CGROUP_PIDS)) {
        *out = c;
        return 0;
    }
    *out_why = errno ? errno : ENOENT;
    cgroups_free(c);
    *out = NULL;
    return 0;
}

void
cgroups_free(struct cgroups *c)
{
    if (c == NULL)
        return;
    cgroups_free_rest(c);
    for (size_t i = 0; i < c->count; i++)
        tree_clear(&c->trees[i], c->home);
    free(c);
}
