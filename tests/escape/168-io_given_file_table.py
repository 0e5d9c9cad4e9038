# escape: 168
# technique: the table of given files, changed and given names that are no str
# family: io
# goal: read-file
# expect: contained
import sys, os, io
f = sys.modules['_immure_files']
f._table['/etc/passwd'] = b'mine'
f._folders.add('/etc')
f.absolute.__defaults__
print(open('/etc/passwd').read(), os.path.exists('/etc/passwd'), os.path.exists('/etc/group'))
class N(str):
    def __fspath__(self):
        return '/etc/group'
    def __index__(self):
        return 1
class B(bytes):
    def decode(self, *a):
        return '/etc/group'
class I:
    def __index__(self):
        return 0
    def __fspath__(self):
        return '/etc/group'
for name in (N('x'), B(b'/etc/group'), I(), b'/etc/group', '/job/../etc/group', '//etc/group', '/proc/self/root/etc/group'):
    for mode in ('r', 'rb', 'w', 'r+', 'a', 'x'):
        try:
            print('ESCAPED:', open(name, mode).read())
        except BaseException as error:
            pass
try:
    open('/etc/group', opener=lambda *a: 0)
except Exception as error:
    print(repr(error)[:50])
