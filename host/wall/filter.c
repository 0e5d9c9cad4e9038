#include "host/wall/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cleanup.h"
#include "host/fd.h"
#include "host/wall/layers.h"
#include "host/wall/syscalls.h"

enum { PROGRAM_MAX = 32768 }; /* half of what a pipe holds */

static void
release_filter(scmp_filter_ctx *filter)
{
    if (*filter != NULL)
        seccomp_release(*filter);
}

#define OWNED_FILTER __attribute__((cleanup(release_filter))) scmp_filter_ctx

/* A rule of libseccomp compares each argument with one value; a row's lists
 * of values become one rule for each combination, numbered in mixed radix. */
static unsigned
row_conditions(const struct sys_rule *row, unsigned combination,
               struct scmp_arg_cmp out[3])
{
    unsigned n = 0;
    for (; n < 3 && row->args[n].count > 0; n++) {
        const struct sys_arg *a = &row->args[n];
        out[n] = (struct scmp_arg_cmp){a->index, SCMP_CMP_MASKED_EQ, a->mask,
                                       a->values[combination % a->count]};
        combination /= a->count;
    }
    return n;
}

static unsigned
row_combinations(const struct sys_rule *row)
{
    unsigned n = 1;
    for (unsigned i = 0; i < 3 && row->args[i].count > 0; i++)
        n *= row->args[i].count;
    return n;
}

static int
add_row(scmp_filter_ctx filter, const struct sys_rule *row)
{
    uint32_t action = row->refuse_errno
                          ? SCMP_ACT_ERRNO((uint16_t)row->refuse_errno)
                          : SCMP_ACT_ALLOW;
    for (unsigned i = 0; i < row_combinations(row); i++) {
        struct scmp_arg_cmp conditions[3];
        unsigned n = row_conditions(row, i, conditions);
        int done = seccomp_rule_add_exact_array(filter, action, row->nr, n,
                                                conditions);
        if (done != 0)
            return done;
    }
    return 0;
}

static int
add_rows(scmp_filter_ctx filter, const struct sys_rule *rows, size_t count,
         struct err *err)
{
    /* Only one architecture is in the filter: the bad-architecture action
       takes i386 and x32 calls on x86-64, arm on aarch64. */
    if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
                         SCMP_ACT_KILL_PROCESS) != 0)
        return layer_failed(err, WALL_SECCOMP, 0, "set the foreign action");
    for (size_t i = 0; i < count; i++) {
        int done = add_row(filter, &rows[i]);
        if (done != 0)
            return layer_failed(err, WALL_SECCOMP, -done, rows[i].name);
    }
    return 0;
}

/* libseccomp writes the program to a descriptor; a pipe holds it. */
static int export(scmp_filter_ctx filter, char **out, size_t *out_len,
                  struct err *err)
{
    int ends[2];
    if (fd_pipe(ends, err) != 0)
        return -1;
    OWNED_FD from = ends[0];
    OWNED_FD to = ends[1];
    int done = seccomp_export_bpf(filter, to);
    if (done != 0)
        return layer_failed(err, WALL_SECCOMP, -done, "export the program");
    close(take_fd(&to));
    return fd_read_all(from, PROGRAM_MAX, out, out_len, err);
}

static int
keep_program(struct wall *wall, const char *bytes, size_t len, struct err *err)
{
    struct sock_fprog *program = malloc(sizeof *program + len);
    if (program == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    program->len = (unsigned short)(len / sizeof(struct sock_filter));
    program->filter = (struct sock_filter *)(program + 1);
    memcpy(program->filter, bytes, len);
    free(wall->program);
    wall->program = program;
    return 0;
}

/* Rows have this machine's numbers; libseccomp turns them into another's. */
static int
set_architecture(scmp_filter_ctx filter, uint32_t arch, struct err *err)
{
    if (arch == seccomp_arch_native())
        return 0;
    if (seccomp_arch_add(filter, arch) != 0 ||
        seccomp_arch_remove(filter, seccomp_arch_native()) != 0)
        return layer_failed(err, WALL_SECCOMP, 0, "set the architecture");
    return 0;
}

int
filter_program(const struct sys_rule *rows, size_t count, uint32_t arch,
               char **out, size_t *out_len, struct err *err)
{
    OWNED_FILTER filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return err_set(err, ERR_MEMORY, 0, "out of memory");
    /* A tree, not a list: when a filter goes up the kernel walks it once for
       each system call that there is, and every guest puts up its own. */
    if (seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0)
        return layer_failed(err, WALL_SECCOMP, 0, "sort the filter");
    if (set_architecture(filter, arch, err) != 0 ||
        add_rows(filter, rows, count, err) != 0)
        return -1;
    return export(filter, out, out_len, err);
}

int
filter_build(struct wall *wall, struct err *err)
{
    return filter_build_of(wall, guest_syscalls, guest_syscalls_count, err);
}

int
filter_build_of(struct wall *wall, const struct sys_rule *rows, size_t count,
                struct err *err)
{
    if (!layer_wanted(wall, WALL_SECCOMP))
        return 0;
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
        return layer_missing(wall, WALL_SECCOMP, errno);
    OWNED_STR bytes = NULL;
    size_t len;
    if (filter_program(rows, count, seccomp_arch_native(), &bytes, &len,
                       err) != 0)
        return -1;
    return keep_program(wall, bytes, len, err);
}

int
filter_install(struct wall *wall, struct err *err)
{
    if (!layer_wanted(wall, WALL_SECCOMP))
        return 0;
    if (wall->program == NULL)
        return layer_failed(err, WALL_SECCOMP, 0,
                            "there is no program: wall_close_root() first");
    /* No flags.  TSYNC would hide a second thread, which wall_guest() refuses;
       SPEC_ALLOW would lift what kernels before 5.16 give with a filter. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, wall->program) != 0)
        return layer_failed(err, WALL_SECCOMP, errno, "seccomp(2)");
    layer_up(wall, WALL_SECCOMP);
    return 0;
}
