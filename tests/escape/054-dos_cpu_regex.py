# escape: 054
# technique: catastrophic backtracking in the C engine
# family: dos
# goal: dos-cpu
# expect: killed-cpu
# first-seen: ReDoS folklore
import re
re.match(r'(a+)+b', 'a' * 60)
