import io

text = io.TextIOWrapper(io.BytesIO("é\r\nb\r\n".encode()), encoding="utf-8")
assert text.readlines() == ["é\n", "b\n"]
s = io.StringIO("a\nb")
assert s.readline() == "a\n" and s.tell() == 2


class Raw(io.RawIOBase):
    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, b):
        n = min(len(b), len(self.data), 3)
        b[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


reader = io.BufferedReader(Raw(b"hello world"), 4)
assert isinstance(reader, io.BufferedIOBase) and isinstance(reader, io.IOBase)
assert reader.peek(1)[:1] == b"h" and reader.read(5) == b"hello"
buf = bytearray(4)
assert reader.readinto(buf) == 4 and buf == b" wor"
assert io.TextIOWrapper(reader).read() == "ld"
assert Raw(b"abcdef").read(2) == b"ab" and Raw(b"abcdef").readall() == b"abcdef"
raw = io.BytesIO()
with io.BufferedWriter(raw) as writer:
    writer.write(b"abc")
    writer.flush()
    assert raw.getvalue() == b"abc"
both = io.BufferedRandom(io.BytesIO(b"0123456789"))
both.seek(2)
assert both.read(2) == b"23"
both.write(b"XX")
both.seek(0)
assert both.read() == b"0123XX6789"
pair = io.BufferedRWPair(io.BytesIO(b"in"), io.BytesIO())
assert pair.read() == b"in" and pair.write(b"out") == 3
assert io.DEFAULT_BUFFER_SIZE == 8192 and io.SEEK_END == 2
try:
    io.FileIO("/etc/passwd")
except FileNotFoundError:
    pass
else:
    raise AssertionError("FileIO")
view = io.BytesIO(b"view").getbuffer()
assert bytes(view) == b"view"
# readinto1() takes what is buffered, then asks the raw object once at most.
reader = io.BufferedReader(Raw(b"abcdefghi"), 4)
assert reader.peek(1) == b"abc"
buf = bytearray(10)
assert reader.readinto1(buf) == 6 and buf[:6] == b"abcdef"
assert reader.readinto1(memoryview(buf)[:2]) == 2 and buf[:2] == b"gh"
assert reader.readinto(buf) == 1 and buf[:1] == b"i"
assert reader.readinto(buf) == 0
both.seek(0)
both.write(b"ab")
assert both.readinto(buf) == 8 and buf[:8] == b"23XX6789"
