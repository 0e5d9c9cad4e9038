"""A program that packs and unpacks: everything stays in memory."""
import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib

TEXT = "".join("line %d: %s\n" % (i, "abc" * (i % 7)) for i in range(3000))
DATA = TEXT.encode()
TREE = {"readme.txt": b"hello\n", "src/a.py": b"print(1)\n" * 40,
        "src/deep/b.bin": bytes(range(256)) * 9, "empty": b""}

for module in (gzip, bz2, lzma):
    packed = module.compress(DATA)
    assert len(packed) < len(DATA) / 4 and module.decompress(packed) == DATA
    buffer = io.BytesIO()
    with module.open(buffer, "wt", encoding="utf-8", newline="\n") as f:
        f.writelines(TEXT.splitlines(keepends=True))
    buffer.seek(0)
    with module.open(buffer, "rt", encoding="utf-8") as f:
        assert f.readline() == "line 0: \n"
        assert sum(1 for _ in f) == 2999
    buffer.seek(0)
    with module.open(buffer) as f:
        f.seek(100)
        assert f.read(20) == DATA[100:120] and f.tell() == 120
        assert f.peek(1) and f.read1(5) == DATA[120:125]
        assert f.readinto(bytearray(10)) == 10
    for bad in (b"not packed at all", packed[:-8]):
        try:
            module.decompress(bad)
        except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error):
            continue
        raise AssertionError("%s unpacked %r" % (module.__name__, bad[:20]))

for maker, taker in ((zlib.compressobj, zlib.decompressobj),
                     (bz2.BZ2Compressor, bz2.BZ2Decompressor),
                     (lzma.LZMACompressor, lzma.LZMADecompressor)):
    pack, unpack = maker(), taker()
    stream = b"".join(pack.compress(DATA[i:i + 999])
                      for i in range(0, len(DATA), 999)) + pack.flush()
    out = b"".join(unpack.decompress(stream[i:i + 77])
                   for i in range(0, len(stream), 77))
    assert out == DATA and unpack.eof
filters = [{"id": lzma.FILTER_DELTA, "dist": 4},
           {"id": lzma.FILTER_LZMA2, "preset": 1}]
raw = lzma.compress(DATA, lzma.FORMAT_RAW, filters=filters)
assert lzma.decompress(raw, lzma.FORMAT_RAW, filters=filters) == DATA

for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2,
               zipfile.ZIP_LZMA):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in TREE.items():
            archive.writestr(name, data)
        with archive.open("streamed", "w") as f:
            f.write(DATA)
        archive.comment = b"made in memory"
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(zipfile.ZipInfo("late", (1999, 1, 2, 3, 4, 6)), "x")
    with zipfile.ZipFile(buffer) as archive:
        assert archive.testzip() is None and archive.comment
        assert {n: archive.read(n) for n in TREE} == TREE
        assert archive.getinfo("late").date_time == (1999, 1, 2, 3, 4, 6)
        with archive.open("streamed") as f:
            assert io.TextIOWrapper(f).readlines()[-1] == \
                TEXT.splitlines(keepends=True)[-1]
        root = zipfile.Path(archive)
        assert sorted(p.name for p in root.iterdir()) == \
            ["empty", "late", "readme.txt", "src", "streamed"]
        assert (root / "src" / "a.py").read_text().startswith("print")
try:
    zipfile.ZipFile(io.BytesIO(b"PK but no zip"))
except zipfile.BadZipFile:
    pass

for mode in ("w", "w:gz", "w:bz2", "w:xz", "w|gz"):
    for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT,
                   tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode, format=format) as tar:
            for name, data in TREE.items():
                info = tarfile.TarInfo("p" * 80 + "/" + name)
                info.size, info.mode, info.mtime = len(data), 0o640, 1e9
                tar.addfile(info, io.BytesIO(data))
            folder = tarfile.TarInfo("folder")
            folder.type = tarfile.DIRTYPE
            tar.addfile(folder)
        buffer.seek(0)
        read = "r|*" if mode == "w|gz" else "r:*"
        with tarfile.open(fileobj=buffer, mode=read) as tar:
            found = {os.path.relpath(m.name, "p" * 80):
                     tar.extractfile(m).read() for m in tar if m.isfile()}
        assert found == TREE, (mode, format)
print("ok")
