# escape: 352
# technique: more bytes than the quota: truncate, holes, seeks, append, many handles, removed files kept open, links
# family: files
# goal: dos-mem
# expect: contained
import os
total = 0
def count():
    seen, size = set(), 0
    for top, dirs, names in os.walk('/'):
        for name in names:
            st = os.lstat(os.path.join(top, name))
            if st.st_ino not in seen:
                seen.add(st.st_ino); size += st.st_size
    return size
kept = []
def tries(n):
    f = os.open('f%d' % n, os.O_RDWR | os.O_CREAT | os.O_APPEND * (n % 2))
    kept.append(f)
    for call in (lambda: os.ftruncate(f, 1 << 40), lambda: os.ftruncate(f, 3 << 20), lambda: os.pwrite(f, b'x', 1 << 62), lambda: os.pwrite(f, b'x', 20 << 20),
                 lambda: os.lseek(f, 1 << 62, 0), lambda: os.write(f, bytes(1 << 20)), lambda: os.posix_fallocate(f, 0, 1 << 40),
                 lambda: os.sendfile(f, f, 0, 1 << 40), lambda: os.copy_file_range(f, f, 1 << 40), lambda: os.unlink('f%d' % n)):
        try:
            call()
        except OSError as error:
            pass
for n in range(60):
    tries(n)
held = sum(os.fstat(f).st_size for f in kept)
print(held)
if held > 17 << 20 or count() > 17 << 20:
    print('ESCAPED: over the quota', held, count())
