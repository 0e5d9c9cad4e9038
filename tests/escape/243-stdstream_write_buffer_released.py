# escape: 243
# policy-wall: optional; it changes its own process alone
# technique: StdStream.write of buffers that change while it writes
# family: stdstream
# goal: memory
# expect: contained
import sys, array
raw = sys.stderr.buffer
b = bytearray(b'x\n')
class M:
    pass
for data in (b, memoryview(b)[::1], memoryview(b'a\n'), array.array('b', b'c\n'), memoryview(b'abcd')[::2]):
    try:
        print(raw.write(data))
    except (BufferError, TypeError) as error:
        print(repr(error))
raw.close()
try:
    raw.write(b'x')
    print('ESCAPED: written after close')
except ValueError:
    pass
