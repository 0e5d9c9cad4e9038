"""Random arguments, and results as text: the same on both sides.

Concatenated with python_names.py, python_files.py and python_main.py to one
program, which runs in a guest and, over a real tmpfs, in plain Python.
"""
import os
import pathlib
import random
import stat


class Asks:
    """An os.PathLike that is nothing else."""

    def __init__(self, answer):
        self.answer = answer

    def __fspath__(self):
        return self.answer

    def __repr__(self):
        return "Asks(%r)" % (self.answer,)


NAMES = ("a", "b", "c", "d", "e", "a", "b", "c.txt", "d.py", "é€")
# What a name must not be, or only just may be.
ODD = ("", "a\0b", "x" * 255, "x" * 256, "a/" + "y" * 255, "./" * 2046 + "a",
       "./" * 2047 + "a", "./" * 2047 + "ab", "../" * 1400, "\udc80\udcff",
       "\ud800", "a\n", " ", "-", "~", "*", "[a]", ".hidden", "a" * 100 + "/b",
       "a//b", "//tmp//a", "///tmp/b", "/..", "/../tmp/a", "a/./../b", "/tmp/.",
       "/tmp/..", "/lib", "/", "/nothing", "/nothing/a")
WRONG = (None, 3.5, -1, 99, [], bytearray(b"/job/a"), object,
         Asks(3), Asks(None))
OLD = 1500000000        # below it a time is one that a call set
TIMES = (0, 1, 1.5, 1234567890.123456789, -1, -1.25, 999999999,
         1000000000.999999999, 2**70, "1", None, float("nan"))
TIMES_NS = (0, 1, 999999999, 1234567890123456789, -1, 10**18 + 7, -2**60,
            2**100, -2**100, 1.5, None)
OFFSETS = (0, 0, 1, 2, 3, 5, 10, 100, 4095, 4096, 8191, 8192, 8193, 20000,
           -1, -2, -4096, 2**31, 2**62, 2**63 - 1, 2**63, -2**63, 1.5, None)
SIZES = (0, 1, 2, 3, 7, 10, 100, 1000, 4096, 8192, 8193, 20000, -1, -2, None)
MODES = (0o777, 0o755, 0o700, 0o644, 0o600, 0o777, 0o500, 0o300, 0, 0o400,
         0o1777, 0o4755, 0o100644, -1)


class Values:
    """Arguments."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.fds = []

    def chance(self, n):
        return self.random.randrange(n) == 0

    def pick(self, some):
        return some[self.random.randrange(len(some))]

    def below(self, n):
        return self.random.randrange(n)

    def text(self):
        """A path of the few names that all files here have."""
        if self.chance(60):
            return self.pick(ODD)
        parts = []
        for _ in range(self.pick((1, 1, 1, 2, 2, 3, 4))):
            parts.append(self.pick((".", "..")) if self.chance(8)
                         else self.pick(NAMES))
        start = self.pick(("/tmp/", "/job/", "/job/", "./")) \
            if self.chance(5) else ""
        return start + "/".join(parts) + ("/" if self.chance(15) else "")

    def in_other_shape(self, text):
        """A str, bytes, a Path, or something else."""
        if self.chance(150):
            return self.pick(WRONG)
        shape = self.below(12)
        try:
            if shape == 0:
                return os.fsencode(text)
            if shape == 1:
                return pathlib.Path(text)
            if shape == 2:
                return Asks(text if self.chance(2) else os.fsencode(text))
        except ValueError:
            pass
        return text

    def looked(self):
        """A path for calls that change nothing."""
        return self.in_other_shape(self.text())

    def is_fenced(self, text):
        """Whether it leads to where tmpfs lets us write and a guest can't."""
        try:
            real = os.path.realpath(text)
        except (OSError, ValueError):
            return ".." in text
        return not real.startswith(("/job/", "/tmp/"))

    def changed(self):
        """A path for calls that change something."""
        text = self.text()
        return self.in_other_shape(self.inside(text))

    def inside(self, text):
        """The path, or another that is not fenced."""
        return next(t for t in (text, "/job/a", "/tmp/b", "/job/none/none")
                    if not self.is_fenced(t))

    def target(self):
        """What a link says; it does not lead up and out."""
        return self.in_other_shape(self.text().replace("..", "."))

    def folder(self, path):
        """An open folder's descriptor for dir_fd, mostly none."""
        if self.chance(4) and self.fds and ".." not in repr(path):
            return {"dir_fd": self.pick(self.fds)}
        return {"dir_fd": self.pick((99, -1, None, 1.5, "a"))} \
            if self.chance(80) else {}

    def fd(self):
        if self.fds and not self.chance(12):
            return self.pick(self.fds)
        return self.pick((99, -1, 1023, 1024, 10**6, 2**31, -2**31 - 1, 1.5,
                          "none/none", None))

    def data(self):
        n = self.pick((0, 1, 3, 10, 50, 300, 5000, 9000))
        data = bytes(self.random.randrange(32, 127) for _ in range(min(n, 40)))
        if data and n > 40:
            data = (data + b"\n") * (n // len(data))
        if self.chance(3):
            data = data.replace(b"a", b"\r\n").replace(b"b", b"\n")
        if self.chance(6):
            data += bytes((0, 0xff, 0xc3, 0xa9, 0xe2, 0x82))
        return data

    def buffer(self):
        """Bytes in one of their shapes; seldom something else."""
        data = self.data()
        if self.chance(60):
            return self.pick(("text", None, 5, [1], memoryview(data)[::2]))
        return self.pick((bytes, bytes, bytes, bytearray, memoryview))(data)

    def line(self):
        """Text."""
        if self.chance(60):
            return self.pick((b"bytes", None, 5, ["a"]))
        text = self.data().decode("latin-1")
        return text + "é€😀\ud800"[:self.pick((0, 0, 1, 2, 3, 3, 4))]


def brief(value):
    """An argument as text."""
    if type(value) is list:
        return "[%s]" % ", ".join(map(brief, value))
    if type(value) is memoryview:
        return "memoryview(%s)" % brief(value.tobytes())
    if callable(value):
        return getattr(value, "__name__", "?")
    text = repr(value)
    return text if len(text) < 200 else text[:60] + "..."


# --- results ------------------------------------------------------------------

def show_stat(st):
    """Without numbers and times that the machine gives; folders have no size
    that a program may count on."""
    times = ["%r/%r/%r" % (whole, real, ns) if whole < OLD else "now"
             for whole, real, ns in ((st[7], st.st_atime, st.st_atime_ns),
                                     (st[8], st.st_mtime, st.st_mtime_ns))]
    if stat.S_ISLNK(st.st_mode):
        times[0] = "-"      # following one does not count here
    size = "-" if stat.S_ISDIR(st.st_mode) else st.st_size
    return "stat(%o %d %d %d %s %s %s)" % (
        st.st_mode, st.st_nlink, st.st_uid, st.st_gid, size, *times)


def show_file(f):
    try:
        mode = getattr(f, "mode", None)
    except ValueError as error:
        mode = str(error)
    return "%s.%s %r" % (type(f).__module__, type(f).__qualname__, mode)


def show(value):
    """A result as text."""
    if isinstance(value, os.stat_result):
        return show_stat(value)
    if isinstance(value, os.statvfs_result):
        return "statvfs(%d %d)" % (value.f_bsize, value.f_namemax)
    if isinstance(value, os.DirEntry):
        return "%r %r %r %s %s %s" % (
            value, value.name, value.path, value.is_symlink(),
            outcome(value.is_dir), outcome(value.is_file))
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (show(k), show(v))
                                  for k, v in value.items())
    if type(value) in (list, tuple):
        return "[%s]" % ", ".join(map(show, value))
    if hasattr(value, "readable"):
        return show_file(value)
    text = repr(value)
    return text if len(text) < 300 else "%s... %d %x" % (
        text[:200], len(text), hash_of(text))


def hash_of(text):
    number = 5381
    for c in text.encode("utf-8", "surrogatepass"):
        number = (number * 33 + c) & 0xffffffffffff
    return number


def show_error(error):
    kind = type(error)
    name = "%s.%s" % (kind.__module__, kind.__qualname__)
    if isinstance(error, OSError):
        return "%s(%r) %r %r %r %r: %s" % (
            name, error.args, error.errno, error.strerror, error.filename,
            error.filename2, error)
    return "%s: %s" % (name, error)


def outcome(call, *args, **kwargs):
    """What a call returns or raises, as text."""
    try:
        return show(call(*args, **kwargs))
    except Exception as error:
        return "raises " + show_error(error)
