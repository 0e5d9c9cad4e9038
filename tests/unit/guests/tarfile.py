import io
import tarfile

out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w:gz") as tar:
    for name in ("a.txt", "d/b.txt"):
        info = tarfile.TarInfo(name)
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as tar:
    assert tar.getnames() == ["a.txt", "d/b.txt"]
    with tar.extractfile("d/b.txt") as member:
        assert member.read(2) == b"he" and member.read() == b"llo"
        assert isinstance(member, io.BufferedReader)
