/* A thunk for each refused C function.
 *
 * The callee of a PyMethodDef gets its module or its self, never the
 * definition it was called through, so one common refusing function could not
 * say what it refuses, and could not let a pair through.  So every refused
 * definition gets a thunk of its own, which knows its number: it asks
 * jail_gate_check(number), with all argument registers kept, and then either
 * returns NULL or jumps to the original with the arguments as they came.
 * Distinct addresses also keep hash and equality of builtins distinct, which
 * come from ml_meth. */
#include "jailmod/gate.h"

/* CPython has some 2000 C functions with all its modules, a large package as
 * many again; those that are kept need none. */
#define THUNK_COUNT 8192
#define THUNK_SIZE 16

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

/* Called by the stub below: the original function, or NULL with an exception
 * set. */
void *jail_gate_check(size_t index);
extern char jail_thunks[] __attribute__((visibility("hidden")));

#if defined(__x86_64__)
__asm__(".text\n"
        ".p2align 4\n"
        "jail_thunk_stub:\n"
        ".cfi_startproc\n"
        "    push %rdi\n"
        "    push %rsi\n"
        "    push %rdx\n"
        "    push %rcx\n"
        "    push %r8\n"
        "    push %r9\n"
        "    sub $8, %rsp\n"
        "    .cfi_def_cfa_offset 64\n"
        "    mov %r11d, %edi\n"
        "    call jail_gate_check\n"
        "    add $8, %rsp\n"
        "    pop %r9\n"
        "    pop %r8\n"
        "    pop %rcx\n"
        "    pop %rdx\n"
        "    pop %rsi\n"
        "    pop %rdi\n"
        "    .cfi_def_cfa_offset 8\n"
        "    test %rax, %rax\n"
        "    jz 1f\n"
        "    jmp *%rax\n"
        "1:  ret\n"
        ".cfi_endproc\n"
        ".p2align 4\n"
        ".globl jail_thunks\n"
        ".hidden jail_thunks\n"
        "jail_thunks:\n"
        ".set jail_thunk_number, 0\n"
        ".rept " TEXT(
            THUNK_COUNT) "\n"
                         "    .p2align 4\n"
                         "    mov $jail_thunk_number, %r11d\n"
                         "    jmp jail_thunk_stub\n"
                         "    .set jail_thunk_number, jail_thunk_number + 1\n"
                         ".endr\n"
                         ".p2align 4\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".p2align 4\n"
        "jail_thunk_stub:\n"
        ".cfi_startproc\n"
        "    stp x29, x30, [sp, #-80]!\n"
        "    .cfi_def_cfa_offset 80\n"
        "    .cfi_offset 29, -80\n"
        "    .cfi_offset 30, -72\n"
        "    mov x29, sp\n"
        "    stp x0, x1, [sp, #16]\n"
        "    stp x2, x3, [sp, #32]\n"
        "    stp x4, x5, [sp, #48]\n"
        "    stp x6, x7, [sp, #64]\n"
        "    mov x0, x16\n"
        "    bl jail_gate_check\n"
        "    mov x17, x0\n"
        "    ldp x0, x1, [sp, #16]\n"
        "    ldp x2, x3, [sp, #32]\n"
        "    ldp x4, x5, [sp, #48]\n"
        "    ldp x6, x7, [sp, #64]\n"
        "    ldp x29, x30, [sp], #80\n"
        "    .cfi_def_cfa_offset 0\n"
        "    cbz x17, 1f\n"
        "    br x17\n"
        "1:  mov x0, #0\n"
        "    ret\n"
        ".cfi_endproc\n"
        ".p2align 4\n"
        ".globl jail_thunks\n"
        ".hidden jail_thunks\n"
        "jail_thunks:\n"
        ".set jail_thunk_number, 0\n"
        ".rept " TEXT(
            THUNK_COUNT) "\n"
                         "    .p2align 4\n"
                         "    mov x16, #jail_thunk_number\n"
                         "    b jail_thunk_stub\n"
                         "    .set jail_thunk_number, jail_thunk_number + 1\n"
                         ".endr\n"
                         ".p2align 4\n");
#else
#error "write the thunks for this processor: keep all argument registers"
#endif

PyCFunction
thunk_at(size_t index)
{
    if (index >= THUNK_COUNT)
        return NULL;
    return (PyCFunction)(void *)(jail_thunks + index * THUNK_SIZE);
}
