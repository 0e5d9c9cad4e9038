# escape: 168
# technique: the tree of given files, added to by the jail's own function; names that are no str
# family: io
# goal: read-file
# expect: contained
import sys, os, io
vfs = sys.modules['_immure_files']._vfs
for path, data in ((b'/etc/group', b'mine'), (b'/etc', None), (b'/lib/group', b'mine'), (b'../../etc/group', b'mine'), ('/etc/group', b'mine')):
    for locked in (0, 1):
        try:
            vfs.give(path, data, locked)
            print('given', path)
        except Exception as error:
            print(repr(error)[:60])
print(os.path.exists('/etc/passwd'), os.path.exists('/etc/group'))
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
            text = open(name, mode).read()
            if 'root' in str(text):
                print('ESCAPED:', text)
        except BaseException as error:
            pass
try:
    open('/etc/group', opener=lambda *a: 0)
except Exception as error:
    print(repr(error)[:50])
