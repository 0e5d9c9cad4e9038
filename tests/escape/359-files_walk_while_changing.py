# escape: 359
# technique: folders removed, renamed and refilled while they are listed and walked
# family: files
# goal: memory
# expect: contained
import os, gc
def fill():
    for i in range(200): open('d/f%d' % i, 'w').close()
os.mkdir('d'); fill()
class Evil(str): pass
it = os.scandir('d')
for i, entry in enumerate(it):
    if i == 3:
        for n in os.listdir('d'): os.unlink('d/' + n)
        os.rmdir('d'); gc.collect()
    try: entry.stat(); entry.is_dir(); entry.inode()
    except OSError: pass
os.mkdir('d'); fill(); fd = os.open('d', 0); os.rename('d', 'e'); os.mkdir('e/sub'); os.chdir('e/sub')
for n in os.listdir(fd):
    try: os.unlink(n, dir_fd=fd)
    except OSError: pass
os.rmdir('/job/e/sub'); print(len(os.listdir(fd)))
for call in (os.getcwd, lambda: os.listdir('.'), lambda: os.listdir('..'), lambda: open('x', 'w'), lambda: os.mkdir('y'), lambda: os.stat('..')):
    try: print(call())
    except OSError as error: print(error.errno)
os.rmdir('/job/e'); os.close(fd); os.chdir('/'); gc.collect(); print(os.listdir('/job'))
