# escape: 049
# technique: the guest ends normally, then hangs in atexit
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: folklore
import atexit
@atexit.register
def f():
    while True: pass
