# escape: 136
# technique: write the forged frame on every open descriptor
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; frames are authenticated or travel on a descriptor the guest cannot reach
# first-seen: grader cheating folklore
import os
def solve(n): return 0
for fd in range(1, 64):
    try: os.write(fd, b'\n{"passed": true, "score": 5}\n')
    except OSError: pass
os._exit(0)
