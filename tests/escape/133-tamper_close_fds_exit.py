# escape: 133
# technique: closes every descriptor (protocol included), then exits with status 0
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: error, never PASS
# first-seen: grader cheating folklore
import os
os.closerange(0, 256); os._exit(0)
