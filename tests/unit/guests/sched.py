import sched
import time

seen = []
s = sched.scheduler(time.monotonic, time.sleep)
s.enter(0.02, 1, seen.append, ("b",))
s.enter(0.01, 1, seen.append, ("a",))
s.run()
assert seen == ["a", "b"]
