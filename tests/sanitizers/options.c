/* ASan after the seal: no call of its own that the filter has no row for.
 *
 * Options are compiled in, for the zygote's environment is empty.  Leaks are
 * not looked for (an embedded interpreter keeps what it has, and guests end by
 * _exit).  A guest's SIGSEGV stays a crash, for the kernel to report.  Running
 * out of memory stays a MemoryError.  Shadow is cleared by memset: remapping
 * it would come with madvise(MADV_HUGEPAGE). */
const char *__asan_default_options(void);
void __asan_handle_no_return(void);

__attribute__((visibility("default"), used)) const char *
__asan_default_options(void)
{
    return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:"
           "handle_abort=0:handle_sigill=0:use_sigaltstack=0:"
           "allocator_may_return_null=1:quarantine_size_mb=8:"
           "thread_local_quarantine_size_kb=64:malloc_context_size=4:"
           "clear_shadow_mmap_threshold=1099511627776:"
           "allocator_release_to_os_interval_ms=-1:use_madv_dontdump=0:"
           "symbolize=0";
}

/* Called before each function that does not return, and asks for the signal
 * stack: sigaltstack(2), which a sealed guest must not.  Here all of them end
 * the process, so no stack needs unpoisoning. */
__attribute__((visibility("default"), used)) void
__asan_handle_no_return(void)
{
}
