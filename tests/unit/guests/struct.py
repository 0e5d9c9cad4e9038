import struct

assert struct.pack("<Ihb", 1, -2, 3) == b"\x01\0\0\0\xfe\xff\x03"
assert struct.unpack(">d", struct.pack(">d", 1.5)) == (1.5,)
assert struct.calcsize("@iq") == 16 and struct.Struct("2s").unpack(b"ab") == (b"ab",)
buf = bytearray(4)
struct.pack_into(">H", buf, 1, 258)
assert buf == b"\0\1\2\0"
assert list(struct.iter_unpack("B", b"ab")) == [(97,), (98,)]
