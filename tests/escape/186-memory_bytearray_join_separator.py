# escape: 186
# policy-wall: optional; it changes its own process alone
# technique: bytearray.join reads its separator after the items' generator has cleared it
# family: memory
# goal: memory
# expect: contained
sep = bytearray(b'A' * 4000)
keep = []
def items():
    yield b'x'
    sep.clear()
    keep.extend(bytes([83]) * 3900 for _ in range(20))
    yield b'y'
got = sep.join(items())
if len(got) > 3000 and got.count(b'A') < 3000:
    print('ESCAPED: freed memory in the answer', got[:48])
