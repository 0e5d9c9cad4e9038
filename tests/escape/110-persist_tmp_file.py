# escape: 110
# technique: a file left behind for the next run
# family: persist
# goal: persist
# check: second-run
# first-seen: codejail issues
import os
p = '/tmp/escape-persist-file'
if os.path.exists(p): os.unlink(p); print('ESCAPED:persisted by file')
else: open(p, 'w').write('1')
