import concurrent.futures
import threading

import immure

lock = threading.Lock()
with lock:
    assert lock.locked() and not lock.acquire(blocking=False)
    assert not lock.acquire(timeout=0.01)
rlock = threading.RLock()
with rlock, rlock:
    pass
event = threading.Event()
assert not event.wait(0.01)
event.set()
assert event.wait()
condition = threading.Condition()
with condition:
    assert not condition.wait(0.01)
    condition.notify_all()
semaphore = threading.BoundedSemaphore(1)
assert semaphore.acquire() and not semaphore.acquire(timeout=0.01)
semaphore.release()
assert threading.Barrier(1).wait() == 0
local = threading.local()
local.x = 1
assert threading.current_thread() is threading.main_thread()
assert threading.active_count() == 1 and threading.current_thread().name
before = threading.enumerate()
for make in (lambda: threading.Thread(target=print).start(),
             lambda: threading.Timer(0, print).start(),
             lambda: concurrent.futures.ThreadPoolExecutor().submit(print),
             lambda: list(concurrent.futures.ThreadPoolExecutor().map(str, [1])),
             lambda: concurrent.futures.ProcessPoolExecutor()):
    try:
        make()
    except immure.JailDenied as error:
        assert "thread" in str(error) or "process" in str(error)
    else:
        raise AssertionError("started")
thread = threading.Thread(target=print)
assert not thread.is_alive() and thread.ident is None
assert threading.enumerate() == before
with concurrent.futures.ThreadPoolExecutor() as pool:
    pass
future = concurrent.futures.Future()
future.set_result(3)
assert future.result() == 3
