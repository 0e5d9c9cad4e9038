/* ASan's options for the zygote, compiled in: its environment is empty.
 *
 * Leaks are not looked for (an embedded interpreter keeps what it has, and
 * guests end by _exit).  A guest's SIGSEGV stays a crash of the guest's, for
 * the kernel to report.  Running out of memory stays a MemoryError.  After the
 * seal the runtime may not open, sigaltstack or MADV_DONTDUMP. */
const char *__asan_default_options(void);

__attribute__((visibility("default"), used)) const char *
__asan_default_options(void)
{
    return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:"
           "handle_abort=0:handle_sigill=0:use_sigaltstack=0:"
           "allocator_may_return_null=1:quarantine_size_mb=8:"
           "thread_local_quarantine_size_kb=64:malloc_context_size=4:"
           "use_madv_dontdump=0:no_huge_pages_for_shadow=0:symbolize=0:"
           "detect_stack_use_after_return=0:check_initialization_order=0";
}
