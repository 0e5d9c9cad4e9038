"""A program that would use threads: what works in one, and what refuses."""
import concurrent.futures
import queue
import sched
import signal
import threading
import time

import immure

lock, rlock = threading.Lock(), threading.RLock()
with lock:
    assert lock.locked() and not lock.acquire(blocking=False)
    assert not lock.acquire(timeout=0.01)
assert not lock.locked()
with rlock, rlock:
    assert rlock.acquire(False)
    rlock.release()
try:
    lock.release()
except RuntimeError:
    pass
condition = threading.Condition()
with condition:
    assert condition.wait(0.01) is False
    assert condition.wait_for(lambda: True)
    condition.notify_all()
event = threading.Event()
assert not event.wait(0.01)
event.set()
assert event.wait() and event.is_set()
semaphore = threading.BoundedSemaphore(2)
with semaphore, semaphore:
    assert not semaphore.acquire(blocking=False)
barrier = threading.Barrier(1)
assert barrier.wait() == 0


class Local(threading.local):
    count = 0

    def __init__(self, start=5):
        self.start = start


local = Local(7)
local.count += 1
assert (local.count, local.start) == (1, 7) and vars(local)["count"] == 1
main = threading.main_thread()
assert threading.current_thread() is main and main.is_alive()
assert threading.active_count() == 1 and threading.enumerate() == [main]
assert main.name == "MainThread" and threading.get_ident() == main.ident


def refused(call, *words):
    try:
        call()
    except immure.JailDenied as error:
        assert all(word in str(error) for word in words), error
        assert error.fix and error.layer == "gate"
    else:
        raise AssertionError("not refused")


done = []
thread = threading.Thread(target=done.append, args=(1,), daemon=True)
refused(thread.start, "Thread.start()", "one thread")
refused(thread.start, "Thread.start()")
assert not thread.is_alive() and not done and thread.ident is None
refused(threading.Timer(0.1, print).start, "one thread")
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    refused(lambda: pool.submit(pow, 2, 3), "one thread")
    refused(lambda: list(pool.map(abs, [1])), "one thread")
future = concurrent.futures.Future()
future.add_done_callback(done.append)
future.set_result(3)
assert future.result() == 3 and done == [future]
assert concurrent.futures.wait([future]).done == {future}

for kind in (queue.Queue, queue.LifoQueue, queue.PriorityQueue):
    q = kind(2)
    q.put(2)
    q.put(1)
    try:
        q.put(3, timeout=0.01)
    except queue.Full:
        pass
    assert q.get() == (2 if kind is queue.Queue else 1)
    q.get_nowait()
    try:
        q.get(timeout=0.01)
    except queue.Empty:
        pass
    q.task_done()
    q.task_done()
    q.join()
simple = queue.SimpleQueue()
simple.put("x")
assert simple.get() == "x" and simple.empty()

ran = []
scheduler = sched.scheduler(time.monotonic, time.sleep)
scheduler.enter(0.02, 1, ran.append, "b")
scheduler.enter(0.01, 1, ran.append, "a")
scheduler.cancel(scheduler.enter(0.03, 1, ran.append, "c"))
scheduler.run()
assert ran == ["a", "b"]

# signal: the names, KeyboardInterrupt's default, and no handlers.
assert signal.Signals(2) is signal.SIGINT and signal.SIGTERM == 15
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
try:
    signal.default_int_handler(signal.SIGINT, None)
except KeyboardInterrupt:
    pass
assert signal.strsignal(9) == "Killed" and signal.SIGKILL in \
    signal.valid_signals()
for call in (lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
             lambda: signal.signal(signal.SIGALRM, print),
             lambda: signal.alarm(1), lambda: signal.raise_signal(2),
             lambda: signal.setitimer(signal.ITIMER_REAL, 1)):
    refused(call, "signal")
# What a program does that wants the default back is no refusal.
assert signal.signal(signal.SIGINT, signal.default_int_handler) is \
    signal.default_int_handler
assert signal.signal(signal.SIGPIPE, signal.SIG_DFL) is signal.SIG_DFL
print("ok")
