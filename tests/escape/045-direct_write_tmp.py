# escape: 045
# technique: plain write outside the jail's own directory
# family: direct
# goal: write-file
# first-seen: folklore
import os
p = '/tmp/escape-direct-write'
with open(p, 'w') as f: f.write('x')
if os.stat(p).st_size == 1: print('ESCAPED:' + p)
