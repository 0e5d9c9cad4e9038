# escape: 477
# technique: the quota of files raised by the jail's own modules: called, and by way of a callback of the library
# family: files
# goal: write-more
# expect: contained
import contextlib, os, sys
files, start = sys.modules['_immure_files'], getattr(sys.modules['_immure_files'], 'start', None)
vfs = files._vfs
size = os.statvfs('/').f_blocks
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(repr(error)[:70])
def by_library(function, *args):
    with contextlib.ExitStack() as stack:
        stack.callback(function, *args)
job = dict(filename='x', source=b'', args=[], env=[], quota=1 << 40, files=[], stdin=b'', globals=None, seed=None)
for call in (lambda: vfs.start(1 << 40), lambda: start(1 << 40), lambda: start(1 << 40, []), lambda: by_library(vfs.start, 1 << 40),
             lambda: by_library(vfs.start, 0), lambda: sys.modules['_immure_rt'].begin(job)):
    attempt(call)
if os.statvfs('/').f_blocks != size:
    print('ESCAPED: a quota of', os.statvfs('/').f_blocks, 'blocks, not', size)
print('done')
