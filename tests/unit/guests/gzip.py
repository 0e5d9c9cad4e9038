import gzip
import io

data = b"line one\nline two\n" * 500
assert gzip.decompress(gzip.compress(data)) == data
out = io.BytesIO()
with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as f:
    f.write(data)
    f.flush()
with gzip.open(io.BytesIO(out.getvalue()), "rt") as f:
    assert f.readline() == "line one\n" and sum(1 for _ in f) == 999
with gzip.GzipFile(fileobj=io.BytesIO(out.getvalue())) as f:
    assert f.read(8) == b"line one"
    f.seek(9)
    assert f.read1(8) == b"line two" and f.peek(1)[:1] == b"\n"
    buf = bytearray(4)
    assert f.readinto(buf) == 4 and bytes(buf) == b"\nlin"
