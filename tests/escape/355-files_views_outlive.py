# escape: 355
# technique: raw objects that keep the views they are given, and use them after the buffer is gone
# family: files
# goal: memory
# expect: contained
import io, gc, os
kept = []
class Raw(io.RawIOBase):
    def readable(self): return True
    def writable(self): return True
    def seekable(self): return True
    def readinto(self, view):
        kept.append(view); view[:4] = b'abcd'; return 4
    def write(self, view):
        kept.append(view); return len(view)
    def seek(self, *a): return 0
    def tell(self): return 0
    def truncate(self, *a): return 0
for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    for size in (1, 16, 4096):
        b = kind(Raw(), size)
        for call in (lambda: b.read(3), lambda: b.read(size * 3), lambda: b.read1(), lambda: b.peek(), lambda: b.readinto(bytearray(size + 5)), lambda: b.readline(5),
                     lambda: b.write(bytearray(size * 2)), lambda: b.write(b'x'), lambda: b.flush(), lambda: b.seek(0), lambda: b.detach()):
            try: call()
            except Exception: pass
        del b
gc.collect()
for view in kept:
    for owner in (view, view.obj):
        try:
            m = memoryview(owner)
            len(m); bytes(m)
            m.cast('B')[:] = bytes(len(m)) if not m.readonly else b''
        except (TypeError, ValueError, BufferError): pass
r = io.BufferedReader(Raw(), 64)
data = r.read(64); before = bytes(data)
for view in kept:
    try: view[:] = b'Z' * len(view)
    except (TypeError, ValueError): pass
if data != before:
    print('ESCAPED: bytes changed')
