# escape: 212
# policy-wall: optional; it changes its own process alone
# technique: memoryview released by the __index__ of an index or a value
# family: memory
# goal: memory
# expect: contained
hold = []
def attempt(call):
    global m, b
    b = bytearray(b'A' * 4000)
    m = memoryview(b)
    class Index:
        def __index__(self):
            m.release()
            b.clear()
            hold.extend(bytearray(3990) for _ in range(10))
            return 7
    try:
        return call(Index())
    except Exception as error:
        return repr(error)
print(attempt(lambda i: m[i]))
print(attempt(lambda i: m.__setitem__(0, i)))
print(attempt(lambda i: m.__setitem__(i, 65)))
print(attempt(lambda i: m[i:20].tobytes()))
print(attempt(lambda i: m.hex('-', i)))
print(attempt(lambda i: m.cast('B', (i,))))
if any(any(x) for x in hold):
    print('ESCAPED: stored into another object')
