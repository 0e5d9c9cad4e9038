# escape: 056
# technique: fork bomb (bounded to 300 here)
# family: dos
# goal: dos-fork
# expect: refused
# first-seen: folklore
import os, time
n = 0
try:
    while n < 300:
        if os.fork() == 0: time.sleep(20); os._exit(0)
        n += 1
except OSError: pass
if n >= 100: print('DOS-DONE forks', n)
