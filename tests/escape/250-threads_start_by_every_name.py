# escape: 250
# technique: threads, timers, executors, pools and interrupts by every name there is
# family: threads
# goal: thread
# expect: contained
import sys, threading, concurrent.futures as cf, asyncio, queue, sched
t = sys.modules['_thread']
def run():
    print('ESCAPED: thread')
def attempt(f):
    try:
        f()
    except BaseException as error:
        print(repr(error)[:60])
for f in (lambda: t.start_new_thread(run, ()), lambda: t.start_new(run, ()), lambda: threading.Thread(target=run).start(),
          lambda: threading.Timer(0, run).start(), lambda: cf.ThreadPoolExecutor().submit(run), lambda: cf.thread.ThreadPoolExecutor()._adjust_thread_count(),
          lambda: cf.ThreadPoolExecutor().map(run, ()), lambda: threading._start_new_thread(run, ()), lambda: threading.Thread._bootstrap(threading.Thread(target=print)),
          lambda: t.interrupt_main(15), lambda: t._set_sentinel(), lambda: t.stack_size(1 << 20), lambda: t.get_native_id(),
          lambda: threading._register_atexit(print), lambda: threading._shutdown(), lambda: cf.process.ProcessPoolExecutor(), lambda: asyncio.run(asyncio.to_thread(run)),
          lambda: sys.modules['_immure_threads']._refuse_submit(), lambda: t._local().__init__(1), lambda: t.RLock()._release_save(), lambda: t.RLock()._acquire_restore((5, 6)),
          lambda: t.allocate_lock().release(), lambda: t._is_main_interpreter()):
    attempt(f)
