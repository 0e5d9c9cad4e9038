# escape: 357
# technique: numbers that are no descriptors of the guest: negative, huge, of the report and the job
# family: files
# goal: fd
# expect: contained
import os
for fd in list(range(-5, 20)) + [1023, 1024, 2 ** 31 - 1, -2 ** 31]:
    for call in (lambda: os.read(fd, 10), lambda: os.write(fd, b'ESCAPED: written'), lambda: os.dup2(fd, 5), lambda: os.dup2(0, fd), lambda: os.fstat(fd),
                 lambda: open(fd, 'wb', closefd=False).write(b'ESCAPED: written'), lambda: os.ftruncate(fd, 5), lambda: os.listdir(fd), lambda: os.open('x', 0, dir_fd=fd)):
        try: call()
        except (OSError, OverflowError, ValueError): pass
os.closerange(0, 2 ** 31 - 1)
print(os.open('new', os.O_CREAT | os.O_RDWR))
