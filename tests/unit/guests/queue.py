import queue

q = queue.Queue(maxsize=2)
q.put(1)
q.put_nowait(2)
try:
    q.put(3, timeout=0.01)
except queue.Full:
    pass
else:
    raise AssertionError("not full")
assert q.get() == 1 and q.qsize() == 1
p = queue.PriorityQueue()
p.put((2, "b"))
p.put((1, "a"))
assert p.get() == (1, "a")
s = queue.SimpleQueue()
s.put(1)
assert s.get() == 1
try:
    s.get(timeout=0.01)
except queue.Empty:
    pass
else:
    raise AssertionError("not empty")
