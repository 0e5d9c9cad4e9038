import pathlib

p = pathlib.PurePosixPath("/a/b/../c.tar.gz")
assert p.name == "c.tar.gz" and p.suffixes == [".tar", ".gz"] and p.stem == "c.tar"
assert str(p.parent) == "/a/b/.." and p.with_suffix(".x").name == "c.tar.x"
assert pathlib.Path("a") / "b" == pathlib.Path("a/b")
assert pathlib.PureWindowsPath("C:\\x\\y").parts == ("C:\\", "x", "y")
assert str(pathlib.Path.cwd()) == "/job"
assert pathlib.Path("x").absolute() == pathlib.Path("/job/x")
assert str(pathlib.Path("x/../y").resolve()) == "/job/y"
assert pathlib.PurePath("a/b.py").match("*.py")
assert pathlib.Path("/job").is_dir() and not pathlib.Path("/etc").is_dir()
new = pathlib.Path("sub/new.txt")
new.parent.mkdir()
assert new.write_text("x") == 1 and new.read_text() == "x"
assert list(pathlib.Path().rglob("*.txt")) == [new]
new.unlink()
assert not new.exists() and new.parent.is_dir()
try:
    pathlib.Path("/new.txt").write_text("x")
except OSError as error:
    assert error.errno == 30
else:
    raise AssertionError("written outside of /job and /tmp")
