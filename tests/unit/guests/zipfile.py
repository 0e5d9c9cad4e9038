import io
import zipfile

out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.txt", "hello" * 100)
    with z.open("d/b.bin", "w") as f:
        f.write(b"\0" * 10)
for kind in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    with zipfile.ZipFile(io.BytesIO(), "w", kind) as z:
        z.writestr("x", b"y" * 50)
        assert z.read("x") == b"y" * 50
with zipfile.ZipFile(io.BytesIO(out.getvalue())) as z:
    assert z.namelist() == ["a.txt", "d/b.bin"] and z.testzip() is None
    assert z.read("a.txt") == b"hello" * 100
    with z.open("a.txt") as f:
        assert io.TextIOWrapper(f).read(7) == "hellohe"
    assert zipfile.Path(z, "a.txt").read_text() == "hello" * 100
