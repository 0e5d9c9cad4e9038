import codecs
import fileinput
import io
import linecache
import os
import pathlib
import tokenize

for name in ("data.csv", "./data.csv", "/job/data.csv", "sub/../data.csv",
             b"data.csv", pathlib.Path("data.csv"), pathlib.Path("/job/data.csv")):
    with open(name) as f:
        assert f.read() == "a,b\n1,2\n", name
    assert os.path.exists(name) and os.path.isfile(name)
f = open("data.csv")
assert f.name == "data.csv" and f.mode == "r" and f.encoding.lower() == "utf-8"
assert isinstance(f, io.TextIOWrapper) and f.readable() and not f.writable()
assert list(f) == ["a,b\n", "1,2\n"]
f.seek(0)
assert next(f) == "a,b\n"
f.close()
assert f.closed
with open("data.csv", "rb") as b:
    assert b.name == "data.csv" and b.mode == "rb" and b.read(3) == b"a,b"
    assert b.tell() == 3 and b.seek(-2, 2) == 6 and b.read() == b"2\n"
    b.seek(0)
    buf = bytearray(2)
    assert b.readinto(buf) == 2 and buf == b"a,"
    assert b.peek(2)[:2] == b"b\n"
    assert isinstance(b, io.BufferedIOBase)
    for change in (lambda: b.write(b"x"), lambda: b.truncate(0),
                   lambda: b.writelines([b"x"])):
        try:
            change()
        except io.UnsupportedOperation:
            pass
        else:
            raise AssertionError("a file that is read was changed")
assert open("data.csv", "rb").read() == b"a,b\n1,2\n"
assert open("sub/été.txt", newline="").read() == "été\r\nfin"
assert open("sub/été.txt").read() == "été\nfin"
assert open("sub/été.txt", encoding="latin-1").read().startswith("Ã")
assert codecs.open("sub/été.txt", encoding="utf-8").read() == "été\r\nfin"
assert io.open("data.csv").read() == pathlib.Path("data.csv").read_text()
assert pathlib.Path("data.csv").read_bytes() == b"a,b\n1,2\n"
assert pathlib.Path("data.csv").exists() and not pathlib.Path("no").exists()
assert os.path.isdir("sub") and os.path.isdir("/job") and not os.path.isdir("no")
assert os.path.getsize("data.csv") == 8
assert not os.path.exists("/etc/passwd") and not os.path.isfile("/etc/passwd")
assert not os.path.exists("nul\0") and not os.path.lexists("/etc")


def fails(error, *args, **kwargs):
    try:
        open(*args, **kwargs)
    except error as e:
        return e
    raise AssertionError("open%r opened" % (args,))


assert linecache.getline("data.csv", 2) == "1,2\n"
with tokenize.open("data.csv") as f:
    assert f.encoding == "utf-8" and f.readline() == "a,b\n"
with fileinput.input(["data.csv", "sub/été.txt"], encoding="utf-8") as lines:
    assert [line.strip() for line in lines] == ["a,b", "1,2", "été", "fin"]
gone = fails(FileNotFoundError, "no.txt")
assert (gone.errno, gone.filename) == (2, "no.txt")
assert str(gone) == "[Errno 2] No such file or directory: 'no.txt'"
fails(IsADirectoryError, "sub")
for mode in ("w", "a", "x", "wb", "xb+"):
    assert fails(OSError, "/new", mode).errno == 30
fails(FileExistsError, "data.csv", "x")
fails(NotADirectoryError, "data.csv/x")
fails(OSError, 99)
fails(ValueError, "data.csv", closefd=False)
assert open("data.csv", opener=os.open).read() == "a,b\n1,2\n"
assert open(0, "rb", closefd=False).read() == b"line one\n2\n"
fails(ValueError, "data.csv", "q")
fails(ValueError, "data.csv", "rw")
fails(ValueError, "data.csv", "rb", encoding="utf-8")
fails(ValueError, "data.csv", "rbt")
fails(ValueError, "data\0.csv")
fails(ValueError, "data.csv", buffering=0)
fails(TypeError, None)
fails(TypeError, 1.5)
fails(LookupError, "data.csv", encoding="no-such")


class Twice:
    count = 0

    def __fspath__(self):
        self.count += 1
        return "data.csv" if self.count == 1 else "/etc/passwd"


twice = Twice()
assert open(twice).read() == "a,b\n1,2\n" and twice.count == 1


class Text(str):
    def __str__(self):
        return "/etc/passwd"


assert open(Text("data.csv")).read() == "a,b\n1,2\n"

# What was given can be changed: it is this guest's own copy.
with open("data.csv", "r+") as f:
    f.seek(0, 2)
    f.write("3,4\n")
assert open("data.csv").read() == "a,b\n1,2\n3,4\n"
os.rename("sub", "moved")
assert open("moved/été.txt").read() == "été\nfin"
