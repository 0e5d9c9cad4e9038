# escape: 017
# technique: sched.scheduler.run calls action(*args) from stdlib code
# family: callback
# goal: exec
# first-seen: confused deputy
import sched, posix
s = sched.scheduler(); s.enter(0, 0, posix.system, ('echo ESCAPED:sched',)); s.run()
