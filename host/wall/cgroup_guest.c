/* A guest's own group: made, or taken over from a guest that is gone. */
#include "host/wall/cgroup_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cleanup.h"

enum { EMPTY_MAX = 64 };

/* What is written for a guest.  A kernel without one of those that may fail
 * has no swap, or no such limit. */
/* clang-format off */
static const struct {
    enum cgroup_controller controller;
    bool v2;
    bool may_fail;
    const char *file;
    const char *value; /* NULL: the memory limit */
} knobs[] = {
    {CGROUP_MEMORY, true,  true,  "memory.swap.max",             "0"},
    {CGROUP_MEMORY, true,  false, "memory.max",                  NULL},
    {CGROUP_MEMORY, false, false, "memory.limit_in_bytes",       NULL},
    {CGROUP_MEMORY, false, true,  "memory.memsw.limit_in_bytes", NULL},
    {CGROUP_PIDS,   true,  false, "pids.max",                    "1"},
    {CGROUP_PIDS,   false, false, "pids.max",                    "1"},
    /* One thread never uses more than one processor: a second limit, should
       it ever have two. */
    {CGROUP_CPU,    true,  true,  "cpu.max",                     "100000 100000"},
    {CGROUP_CPU,    false, true,  "cpu.cfs_quota_us",            "100000"},
};
/* clang-format on */

static int
set_knobs(const struct cgroup_tree *tree, int dir, uint64_t memory_max)
{
    char bytes[32];
    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)memory_max);
    for (size_t i = 0; i < sizeof knobs / sizeof knobs[0]; i++)
        if (knobs[i].v2 == tree->v2 && tree->has[knobs[i].controller] &&
            cgroup_write_at(dir, knobs[i].file,
                            knobs[i].value ? knobs[i].value : bytes) != 0 &&
            !knobs[i].may_fail)
            return -1;
    return 0;
}

static int
make_in_tree(const struct cgroup_tree *tree, const struct cgroup *group)
{
    if (mkdirat(tree->home, group->name, 0755) != 0)
        return -1;
    OWNED_FD dir = cgroup_open_dir(tree->home, group->name);
    return dir < 0 ? -1 : set_knobs(tree, dir, group->memory_max);
}

static int
failed(struct err *err, const char *what)
{
    return err_set(err, ERR_WALL, errno, "wall layer cgroup did not go up: %s",
                   what);
}

static void
cgroup_free(struct cgroup *group)
{
    const struct cgroups *c = group->all;
    for (size_t i = 0; i < c->count; i++)
        (void)unlinkat(c->trees[i].home, group->name, AT_REMOVEDIR);
    free(group);
}

static struct cgroup *
take_empty(struct cgroups *c, uint64_t memory_max)
{
    for (struct cgroup **at = &c->empty; *at != NULL; at = &(*at)->next) {
        struct cgroup *group = *at;
        if (group->memory_max != memory_max)
            continue;
        *at = group->next;
        c->nempty--;
        return group;
    }
    return NULL;
}

int
cgroup_take(struct cgroups *c, uint64_t memory_max, struct cgroup **out,
            struct err *err)
{
    struct cgroup *group = take_empty(c, memory_max);
    if (group != NULL) {
        *out = group;
        return 0;
    }
    group = calloc(1, sizeof *group);
    if (group == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    *group = (struct cgroup){.all = c, .memory_max = memory_max};
    snprintf(group->name, sizeof group->name, "%u", ++c->made);
    for (size_t i = 0; i < c->count; i++)
        if (make_in_tree(&c->trees[i], group) != 0) {
            (void)failed(err, "make a control group");
            cgroup_free(group);
            return -1;
        }
    *out = group;
    return 0;
}

void
cgroup_give_back(struct cgroup *group, bool in_order)
{
    struct cgroups *c = (struct cgroups *)(uintptr_t)group->all;
    if (!in_order || c->nempty == EMPTY_MAX) {
        cgroup_free(group);
        return;
    }
    group->next = c->empty;
    c->empty = group;
    c->nempty++;
}

void
cgroups_free_rest(struct cgroups *c)
{
    while (c->empty != NULL) {
        struct cgroup *group = c->empty;
        c->empty = group->next;
        cgroup_free(group);
    }
}

int
cgroup_doors(const struct cgroup *group, int out[CGROUP_TREES_MAX],
             size_t *out_n, struct err *err)
{
    const struct cgroups *c = group->all;
    char path[2 * CGROUP_NAME];
    *out_n = 0;
    snprintf(path, sizeof path, "%s/tasks", group->name);
    for (size_t i = 0; i < c->count; i++) {
        if (c->trees[i].v2)
            continue;
        int fd = openat(c->trees[i].home, path, O_WRONLY | O_CLOEXEC);
        if (fd < 0) {
            (void)failed(err, "open a control group");
            while (*out_n > 0)
                close(out[--*out_n]);
            return -1;
        }
        out[(*out_n)++] = fd;
    }
    return 0;
}

int
cgroup_enter_by(const int *doors, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (write(doors[i], "0", 1) != 1)
            return failed(err, "enter a control group");
    return 0;
}

int
cgroup_put(const struct cgroup *group, pid_t pid, struct err *err)
{
    const struct cgroups *c = group->all;
    char path[2 * CGROUP_NAME], text[16];
    snprintf(path, sizeof path, "%s/cgroup.procs", group->name);
    snprintf(text, sizeof text, "%d", (int)pid);
    for (size_t i = 0; i < c->count; i++)
        if (c->trees[i].v2 &&
            cgroup_write_at(c->trees[i].home, path, text) != 0)
            return failed(err, "put the guest into a control group");
    return 0;
}

static bool
read_in(const struct cgroup_tree *tree, const struct cgroup *group,
        const char *v2, const char *v1, char out[CGROUP_TEXT])
{
    char path[2 * CGROUP_NAME];
    snprintf(path, sizeof path, "%s/%s", group->name, tree->v2 ? v2 : v1);
    return cgroup_read_at(tree->home, path, out);
}

/* Version 1 has a line "oom_kill N" in memory.oom_control from Linux 4.13. */
bool
cgroup_ran_out(const struct cgroup *group, uint64_t *out_peak)
{
    const struct cgroup_tree *tree = group->all->trees;
    char text[CGROUP_TEXT];
    while (!tree->has[CGROUP_MEMORY]) /* cgroups_find() saw it */
        tree++;
    const char *found =
        read_in(tree, group, "memory.events", "memory.oom_control", text)
            ? strstr(text, "oom_kill ")
            : NULL;
    if (found == NULL || atoi(found + strlen("oom_kill ")) == 0)
        return false;
    if (read_in(tree, group, "memory.peak", "memory.max_usage_in_bytes", text))
        *out_peak = strtoull(text, NULL, 10);
    return true;
}
