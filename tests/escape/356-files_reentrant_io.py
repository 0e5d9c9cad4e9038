# escape: 356
# technique: methods of buffered objects, and __init__, called from within their own raw object, __index__ and __fspath__
# family: files
# goal: memory
# expect: contained
import io, os
class Raw(io.RawIOBase):
    depth = 0
    def readable(self): return True
    def writable(self): return True
    def seekable(self): return True
    def again(self):
        if self.depth < 3:
            self.depth += 1
            for call in (lambda: self.b.read(5), lambda: self.b.__init__(io.BytesIO(b'q' * 99), 7), lambda: self.b.detach(), lambda: self.b.close(),
                         lambda: self.b.write(b'zz'), lambda: self.b.flush(), lambda: self.b.readline(), lambda: self.b.seek(1), lambda: self.b.truncate(0)):
                try: call()
                except Exception: pass
    def readinto(self, view): self.again(); view[:2] = b'a\n'; return 2
    def write(self, view): self.again(); return max(1, len(view) // 2)
    def seek(self, *a): self.again(); return 3
    def tell(self): self.again(); return 3
    @property
    def closed(self): self.again(); return False
class Index:
    def __init__(self, run): self.run = run
    def __index__(self): self.run(); return 3
for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    raw = Raw(); b = raw.b = kind(raw, 8)
    for call in (lambda: b.read(40), lambda: b.read(Index(lambda: b.__init__(raw, 3))), lambda: b.write(b'k' * 50), lambda: b.peek(Index(b.detach)),
                 lambda: b.seek(Index(b.close)), lambda: b.read(), lambda: list(b), lambda: b.readinto(bytearray(30)), lambda: b.read1(Index(lambda: b.read(1)))):
        raw.depth = 0
        try: call()
        except Exception as error: pass
f = open('x', 'w+b'); f.write(b'0123456789' * 1000); f.seek(0)
for call in (lambda: f.read(Index(f.close)), lambda: f.raw.__init__('x', 'w+b'), lambda: f.raw.read(Index(lambda: f.raw.__init__('x', 'r+b'))),
             lambda: f.raw.__init__('y', 'w', True, lambda n, fl: (f.raw.__init__('z', 'w'), os.open('y', fl))[1]), lambda: f.write(b'1'), lambda: f.close()):
    try: print(call())
    except Exception as error: print(type(error).__name__)
class Path:
    def __fspath__(self):
        os.chdir('/tmp'); os.path.exists('/job/gone') and os.rmdir('/job/gone'); return 'here'
os.mkdir('/job/gone'); os.chdir('/job/gone')
for call in (os.listdir, os.mkdir, os.stat, lambda p: os.rename(p, p), lambda p: os.open(p, 0)):
    try: print(call(Path()))
    except OSError as error: print(error.errno)
