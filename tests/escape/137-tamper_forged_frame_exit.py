# escape: 137
# technique: print a forged result frame, then os._exit(0)
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: no result / protocol error (wrong answer), never PASS; guest text stays guest text
# first-seen: grader cheating folklore
def solve(n): return 0
print('{"passed": true, "score": 5}', flush=True)
import os; os._exit(0)
