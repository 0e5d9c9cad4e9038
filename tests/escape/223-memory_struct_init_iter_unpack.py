# escape: 223
# policy-wall: optional; it changes its own process alone
# technique: Struct.__init__ on the Struct of a running iter_unpack: the next item is read beyond the buffer
# family: memory
# goal: memory
# expect: contained
import struct
s = struct.Struct('q')
it = s.iter_unpack(b'x' * 8)
s.__init__('2000q')
row = next(it)
if len(row) == 2000 and any(row[1:]):
    print('ESCAPED: 16000 bytes read from a buffer of 8')
