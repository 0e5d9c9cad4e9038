import bz2
import io

data = b"spam and eggs " * 1000
packed = bz2.compress(data)
assert bz2.decompress(packed) == data and len(packed) < len(data)
out = io.BytesIO()
with bz2.open(out, "wb") as f:
    f.write(data)
with bz2.open(io.BytesIO(out.getvalue()), "rt") as f:
    assert f.read(4) == "spam"
with bz2.BZ2File(io.BytesIO(out.getvalue())) as f:
    assert f.readline() == data and f.peek(1) == b""
decompressor = bz2.BZ2Decompressor()
assert decompressor.decompress(packed) == data and decompressor.eof
