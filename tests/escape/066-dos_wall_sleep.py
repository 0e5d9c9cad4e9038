# escape: 066
# technique: sleeps without using CPU
# family: dos
# goal: dos-cpu
# expect: killed-wall
# first-seen: folklore
import time
time.sleep(10 ** 6)
