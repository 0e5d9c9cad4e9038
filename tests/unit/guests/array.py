import array

a = array.array("d", [1.0, 2.0])
a.append(3.5)
assert a.tolist() == [1.0, 2.0, 3.5] and a.itemsize == 8
b = array.array("B", b"abc")
b.byteswap()
assert b.tobytes() == b"abc" and memoryview(b)[1] == 98
b.frombytes(b"d")
assert len(b) == 4
