# escape: 169
# policy-wall: optional; it changes its own process alone
# technique: IncrementalNewlineDecoder, StringIO and BytesIO with odd states
# family: io
# goal: memory
# expect: contained
import io
class Dec:
    def decode(self, data, final=False):
        return io if len(data) % 2 else 'a\r'
    def getstate(self):
        return (b'x', -1 << 70)
    def setstate(self, s):
        pass
    def reset(self):
        raise ValueError
d = io.IncrementalNewlineDecoder(Dec(), True)
n = io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder)
s, b = io.StringIO('abc'), io.BytesIO(b'abc')
for call in (lambda: d.decode(b'x'), lambda: d.decode(b'xx'), d.getstate, lambda: d.setstate((b'', 1 << 62)), d.reset,
             lambda: n.decode(b'x'), lambda: n.getstate(), lambda: n.setstate((b'', 0)), lambda: n.reset(), lambda: n.newlines,
             lambda: s.__setstate__(('x' * 9, '\n', 1 << 61, {})), lambda: s.write('y'), lambda: s.getvalue(),
             lambda: s.__setstate__(('x', 'qq', 0, None)), lambda: s.truncate(1 << 61), lambda: s.seek(1 << 62), lambda: s.write('zz'),
             lambda: b.__setstate__((b'x', 1 << 62, {})), lambda: b.write(b'yy'), lambda: b.seek(1 << 62), lambda: b.write(b'z'),
             lambda: b.readinto(bytearray(5)), lambda: b.read(1 << 62), lambda: s.read(1 << 62), lambda: s.readline(-5), lambda: b.truncate(1 << 62)):
    try:
        print(repr(call())[:40])
    except BaseException as error:
        print(repr(error)[:60])
