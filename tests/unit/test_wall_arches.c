/* The filter of each architecture, run here by a small interpreter of its
 * program, against the kernel's numbers: one machine tests them all. */
#include <check.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/err.h"
#include "host/wall/filter.h"
#include "host/wall/syscalls.h"

enum { NUMBERS_MAX = 1100, X32 = 0x40000000 };

static const struct {
    const char *name;
    uint32_t arch, foreign;
    int column; /* of numbers.txt */
} arches[] = {
    {"x86-64", AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 0},
    {"aarch64", AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 1},
};
enum { ARCHES = sizeof arches / sizeof arches[0] };

/* --- the kernel's machine for such programs, as far as libseccomp uses it - */

static bool
jumps(uint16_t op, uint32_t a, uint32_t k)
{
    switch (op) {
    case BPF_JEQ:
        return a == k;
    case BPF_JGT:
        return a > k;
    case BPF_JGE:
        return a >= k;
    case BPF_JSET:
        return (a & k) != 0;
    }
    ck_abort_msg("jump %#x", op);
    return false;
}

static uint32_t
run(const struct sock_filter *program, size_t len,
    const struct seccomp_data *data)
{
    uint32_t a = 0;
    for (size_t pc = 0; pc < len; pc++) {
        const struct sock_filter *i = &program[pc];
        switch (BPF_CLASS(i->code)) {
        case BPF_LD:
            ck_assert_uint_eq(i->code, BPF_LD | BPF_W | BPF_ABS);
            ck_assert_uint_le(i->k + sizeof a, sizeof *data);
            memcpy(&a, (const char *)data + i->k, sizeof a);
            break;
        case BPF_ALU:
            ck_assert_uint_eq(i->code, BPF_ALU | BPF_AND | BPF_K);
            a &= i->k;
            break;
        case BPF_JMP:
            if (BPF_OP(i->code) == BPF_JA)
                pc += i->k;
            else
                pc += jumps(BPF_OP(i->code), a, i->k) ? i->jt : i->jf;
            break;
        case BPF_RET:
            return i->k;
        default:
            ck_abort_msg("instruction %#x", i->code);
        }
    }
    ck_abort_msg("the program has no end");
    return 0;
}

/* --- the table ----------------------------------------------------------- */

static const char *names[ARCHES][NUMBERS_MAX];

static const struct sys_rule *
row_of(int nr, int column)
{
    const char *name = names[column][nr];
    for (size_t i = 0; name && i < guest_syscalls_count; i++)
        if (strcmp(guest_syscalls[i].name, name) == 0)
            return &guest_syscalls[i];
    return NULL;
}

static size_t
read_numbers(void)
{
    char line[256], name[64];
    int nr[ARCHES];
    size_t n = 0;
    FILE *f = fopen(NUMBERS, "re");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#')
            continue;
        ck_assert_int_eq(sscanf(line, "%63s %d %d", name, &nr[0], &nr[1]), 3);
        for (int i = 0; i < ARCHES; i++)
            names[i][nr[i]] = strdup(name);
        n++;
    }
    fclose(f);
    return n;
}

/* Arguments that meet each condition; without the first, if it is not to. */
static struct seccomp_data
call(int nr, uint32_t arch, const struct sys_rule *row, bool meet)
{
    struct seccomp_data data = {.nr = nr, .arch = arch};
    for (int i = 0; row && i < 3 && row->args[i].count > 0; i++)
        data.args[row->args[i].index] = row->args[i].values[0];
    if (row && !meet)
        data.args[row->args[0].index] = ~row->args[0].values[0];
    return data;
}

static uint32_t
want(const struct sys_rule *row)
{
    if (row == NULL)
        return SECCOMP_RET_KILL_PROCESS;
    return row->refuse_errno ? SECCOMP_RET_ERRNO | (uint32_t)row->refuse_errno
                             : SECCOMP_RET_ALLOW;
}

START_TEST(numbers_and_verdicts)
{
    struct err err = {0};
    char *bytes;
    size_t len;
    ck_assert_uint_eq(read_numbers(), guest_syscalls_count);
    ck_assert_msg(filter_program(guest_syscalls, guest_syscalls_count,
                                 arches[_i].arch, &bytes, &len, &err) == 0,
                  "%s: %s", arches[_i].name, err.msg);
    const struct sock_filter *program = (void *)bytes;
    size_t n = len / sizeof *program, allowed = 0;
    for (int nr = -1; nr < NUMBERS_MAX; nr++) {
        const struct sys_rule *row =
            nr < 0 ? NULL : row_of(nr, arches[_i].column);
        struct seccomp_data data = call(nr, arches[_i].arch, row, true);
        ck_assert_msg(run(program, n, &data) == want(row), "%s: %d",
                      arches[_i].name, nr);
        allowed += row != NULL;
        data.arch = arches[_i].foreign;
        ck_assert_uint_eq(run(program, n, &data), SECCOMP_RET_KILL_PROCESS);
        data.arch = arches[_i].arch;
        data.nr |= X32;
        ck_assert_uint_eq(run(program, n, &data), SECCOMP_RET_KILL_PROCESS);
        if (row == NULL || row->args[0].count == 0)
            continue;
        data = call(nr, arches[_i].arch, row, false);
        ck_assert_msg(run(program, n, &data) == SECCOMP_RET_KILL_PROCESS,
                      "%s: %s, its condition not met", arches[_i].name,
                      row->name);
    }
    ck_assert_uint_eq(allowed, guest_syscalls_count);
    free(bytes);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("wall arches");
    TCase *t = tcase_create("arches");
    tcase_add_loop_test(t, numbers_and_verdicts, 0, ARCHES);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
