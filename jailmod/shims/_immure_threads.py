"""Threads and executors of a guest: locks work, starting refuses."""
from _immure_patch import refusing, refusing_class

_REASON = "a guest has one thread"
_FIX = "Call the function, or use asyncio for waiting side by side"


def _submit(self, fn, /, *args, **kwargs):
    """Refuse: there are no worker threads."""
    _refuse_submit()


_refuse_submit = refusing("concurrent.futures", "Executor.submit", _REASON,
                          _FIX)


def patch_threading():
    """Patch threading."""
    import threading
    # Not a function of ours: it must refuse before Thread.start() has put
    # the thread into threading._limbo.
    threading.Thread.start = refusing(
        "_thread", "start_new_thread", _REASON, _FIX,
        what="threading.Thread.start")
    for name in ("_start_new_thread", "_start_joinable_thread"):
        if hasattr(threading, name):
            setattr(threading, name, refusing("_thread", "start_new_thread",
                                              _REASON, _FIX))
    # gettid(2) is not among a guest's system calls; and the at-fork hook
    # would ask for it.
    threading._HAVE_THREAD_NATIVE_ID = False
    threading.Thread._set_native_id = lambda self: None
    threading.main_thread()._native_id = 2
    threading.get_native_id = lambda: 2


def patch_futures():
    """Patch concurrent.futures."""
    import concurrent.futures
    import concurrent.futures.thread
    pool = concurrent.futures.thread.ThreadPoolExecutor
    pool.submit = _submit
    concurrent.futures.ThreadPoolExecutor = pool
    concurrent.futures.ProcessPoolExecutor = refusing_class(
        "concurrent.futures", "ProcessPoolExecutor",
        "a guest has one process", _FIX, (concurrent.futures.Executor,))
