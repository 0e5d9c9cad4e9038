import io
import lzma

data = b"abcabc" * 1000
assert lzma.decompress(lzma.compress(data)) == data
out = io.BytesIO()
with lzma.open(out, "wb", preset=1) as f:
    f.write(data)
with lzma.open(io.BytesIO(out.getvalue())) as f:
    assert f.read(3) == b"abc" and f.read() == data[3:]
