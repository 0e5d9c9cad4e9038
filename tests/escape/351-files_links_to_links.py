# escape: 351
# technique: symbolic links out of the tree, in rings, 41 deep, to themselves, changed while they are followed
# family: files
# goal: read-file
# expect: contained
import os
os.symlink('/etc/passwd', 'out'); os.symlink('../../../../etc', 'up'); os.symlink('ring', 'ring'); os.symlink('b', 'a'); os.symlink('a', 'b')
os.symlink('/proc/self/root', 'root'); open('end', 'w').close(); last = 'end'
for i in range(45):
    os.symlink(last, 'l%d' % i); last = 'l%d' % i
class Turning:
    count = 0
    def __fspath__(self):
        self.count += 1
        os.path.lexists('turn') and os.unlink('turn')
        os.symlink('/etc/passwd' if self.count % 2 else 'end', 'turn')
        return 'turn'
for name in ('out', 'up/passwd', 'ring', 'a', 'root/etc/passwd', 'l39', 'l40', 'l44', Turning(), Turning()):
    try:
        text = open(name).read()
        if 'root' in text:
            print('ESCAPED:', name, text)
        print(name, repr(text))
    except OSError as error:
        print(name, error.errno)
os.link('out', 'hard')
try:
    print('ESCAPED:', open('hard').read())
except OSError as error:
    print(error.errno)
