# escape: 096
# technique: os.fork child: host watchdog, audit hooks in threads and timers do not follow
# family: interp
# goal: exec
# first-seen: codejail issues (NPROC)
import os
r, w = os.pipe()
p = os.fork()
if p == 0: os.write(w, b'child'); os._exit(0)
os.waitpid(p, 0)
if os.read(r, 9) == b'child': print('ESCAPED:fork', p)
