# escape: 070
# technique: write to every inherited descriptor (host sockets, logs, protocol pipes)
# family: fd
# goal: tamper-result
# first-seen: codejail issue (close_fds); grader cheating
import os
r, w = os.pipe()
n = []
for fd in range(3, 64):
    try: os.fstat(fd); n.append(fd)
    except OSError: pass
if len(n) >= 2: print('ESCAPED:open descriptors', n)
