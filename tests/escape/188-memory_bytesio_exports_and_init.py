# escape: 188
# policy-wall: optional; it changes its own process alone
# technique: BytesIO re-initialised, truncated and closed under an exported buffer
# family: memory
# goal: memory
# expect: contained
import io
hold = []
b = io.BytesIO(b'A' * 5000)
view = b.getbuffer()
for call in (lambda: b.__init__(b'x'), lambda: b.truncate(0), lambda: b.close(), lambda: b.write(b'z' * 99999),
             lambda: b.__setstate__((b'', 0, None)), lambda: b.getvalue(), lambda: b.detach()):
    try:
        call()
    except Exception as error:
        print(repr(error)[:60])
hold = [bytearray(5001) for _ in range(50)]
view[:10] = b'B' * 10
if any(any(x) for x in hold):
    print('ESCAPED: stored into another object')
if b.getvalue()[:3] != b'BBB':
    print('lost')
kind = type(view.obj)
try:
    memoryview(kind.__new__(kind))
except Exception as error:
    print(repr(error))
