# escape: 065
# technique: lock deadlock, no system call in the guest's name
# family: dos
# goal: dos-cpu
# expect: killed-wall
# first-seen: folklore
import threading
l = threading.Lock(); l.acquire(); l.acquire()
