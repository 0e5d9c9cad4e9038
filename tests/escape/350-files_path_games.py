# escape: 350
# technique: names that leave the tree: .., NUL, surrogates, 4096 bytes, doubled slashes, /proc
# family: files
# goal: read-file
# expect: contained
import os
names = ['/' + '../' * 50 + 'etc/passwd', '/job/../../../etc/passwd', '//etc//passwd', '/proc/self/root/etc/passwd',
         '/dev/fd/0', '/proc/self/environ', 'etc/passwd', '\udc2f/etc/passwd', b'/etc/\xff', '/job/./././../etc/passwd']
names += ['a' * 4096, '/' * 5000 + 'etc/passwd', './' * 2047 + 'etc/passwd', '/etc/passwd\0', '/etc\0/passwd']
for name in names:
    for call in (open, os.stat, os.listdir, os.readlink, lambda n: os.open(n, 0), os.scandir, os.chdir):
        try:
            got = call(name)
            if 'root' in str(got.read() if hasattr(got, 'read') else got):
                print('ESCAPED:', name, got)
        except (OSError, ValueError):
            pass
print(os.listdir('/'))
