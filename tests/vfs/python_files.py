"""Random calls on open files: descriptors, and the objects that open() gives."""
import io

FLAGS = (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_CREAT,
         os.O_WRONLY | os.O_CREAT | os.O_TRUNC, os.O_RDONLY | os.O_DIRECTORY,
         os.O_WRONLY | os.O_CREAT | os.O_EXCL, os.O_RDWR | os.O_APPEND,
         os.O_RDONLY | os.O_NOFOLLOW, os.O_RDONLY | os.O_CREAT,
         os.O_RDWR | os.O_TRUNC, os.O_RDONLY | os.O_DIRECTORY,
         os.O_RDONLY | os.O_CLOEXEC, os.O_RDONLY | os.O_TRUNC)
OPEN_MODES = ("r", "w", "a", "x", "r+", "w+", "a+", "x+", "rb", "wb", "ab",
              "xb", "rb+", "wb+", "ab+", "xb+", "rt", "wt", "r+b", "br")
BAD_MODES = ("", "rw", "U", "rU", "z", "rr", "b", "+", "rbt", "r++", "wa", "é",
             "r\0", None, b"r", 5)
ENCODINGS = (None, None, None, "utf-8", "latin-1", "ascii", "utf-16",
             "utf-8-sig", "utf-32-le", "cp1252", "locale", "nothing", "hex",
             "shift_jis", "")
HANDLERS = (None, None, "strict", "replace", "ignore", "surrogateescape",
            "backslashreplace", "nothing", "surrogatepass")
NEWLINES = (None, None, "", "\n", "\r", "\r\n", "x", "\n\n")

BAD = "Bad file descriptor"


class Files:
    """Calls on what is open."""

    def __init__(self, values, names):
        self.v = values
        self.call = names.call
        self.open = []

    # --- descriptors ----------------------------------------------------------

    def keep_fd(self, told, result):
        """Not those of folders that a guest can't change."""
        if not result.isdigit():
            return told, result
        fd = int(result)
        if any(os.path.samestat(os.fstat(fd), os.stat(top))
               for top in ("/", "/lib")):
            os.close(fd)
        else:
            self.v.fds.append(fd)
        return told, result

    def open_fd(self):
        v = self.v
        flags = v.pick(FLAGS)
        changes = flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR | os.O_TRUNC)
        path = v.changed() if changes else v.looked()
        if len(v.fds) > 12:
            fd = v.fds.pop(0)
            return self.call(os.close, fd)
        args = (v.pick(MODES),) if v.chance(3) else ()
        return self.keep_fd(*self.call(os.open, path, flags, *args,
                                       **v.folder(path)))

    def close_fd(self):
        fd = self.v.fd()
        if fd in self.v.fds:
            self.v.fds.remove(fd)
        return self.call(os.close, fd)

    def use_fd(self):
        v = self.v
        f = v.pick((os.read, os.write, os.lseek, os.pread, os.pwrite, os.readv,
                    os.writev, os.preadv, os.pwritev, os.fstat, os.ftruncate,
                    os.fsync, os.fdatasync, os.isatty, os.get_inheritable,
                    os.set_inheritable, os.get_blocking, os.set_blocking,
                    os.posix_fallocate, os.posix_fadvise, os.sendfile,
                    os.copy_file_range, os.fchmod, os.fchown, os.fchdir,
                    os.fstatvfs, os.listdir, os.dup, os.dup2, os.lockf,
                    os.device_encoding, os.stat, os.chdir, os.utime,
                    os.truncate, os.read, os.write, os.lseek))
        fd = v.fd()
        small = v.pick((0, 1, 5, 100, 5000))
        return self.keep_fd(*self.call_fd(f, fd, small)) \
            if f in (os.dup,) else self.call_fd(f, fd, small)

    def call_fd(self, f, fd, small):
        v = self.v
        offset = v.pick(OFFSETS)
        if f in (os.read, os.readv, os.pread, os.preadv):
            size = v.pick(SIZES)
            at = (offset,) if f in (os.pread, os.preadv) else ()
            if f in (os.read, os.pread):
                return self.call(f, fd, size, *at)
            rooms = [bytearray(3), bytearray(small)][:v.below(3)]
            told, result = self.call(f, fd, rooms, *at)
            return told, "%s %s" % (result, show(rooms))
        if f in (os.write, os.pwrite, os.writev, os.pwritev):
            at = (small if offset != -1 else -1,) \
                if f in (os.pwrite, os.pwritev) else ()
            data = v.buffer() if f in (os.write, os.pwrite) \
                else [v.buffer() for _ in range(v.below(4))]
            return self.call(f, fd, data, *at)
        if f is os.lseek and self.is_folder(fd):
            return "", ""       # a guest lists one from its start, always
        if f is os.lseek:
            return self.call(f, fd, offset if abs(offset or 0) < 10**6
                             else 9000, v.pick((0, 1, 2, 5)))
        if f in (os.ftruncate, os.truncate):
            return self.call(f, fd, v.pick((small, 0, 10, -1, None)))
        if f in (os.set_inheritable, os.set_blocking):
            return self.call(f, fd, v.chance(2))
        if f is os.posix_fallocate:
            return self.call(f, fd, v.pick((0, 10, -1)), v.pick((small, -1)))
        if f is os.posix_fadvise:
            return self.call(f, fd, v.pick((0, 10)), small, v.below(8) - 1)
        if f is os.sendfile:
            other = v.fd()
            if self.is_same(fd, other):
                return "", ""   # tmpfs reads there what it has just written
            return self.call(f, fd, other, v.pick((None, 0, 3, -1)),
                             v.pick((small, -1)))
        if f is os.copy_file_range:
            more = {}
            for name in ("offset_src", "offset_dst"):
                if v.chance(3):
                    more[name] = v.pick((0, 4, 100, None, -1))
            return self.call(f, fd, v.fd(), v.pick((small, 3, -1)), **more)
        if f is os.fchmod:
            return self.call(f, fd, v.pick(MODES))
        if f is os.fchown:
            return self.call(f, fd, v.pick((-1, 1000, 0)), -1)
        if f is os.dup2 and fd == -1:
            return "", ""       # CPython raises what errno has been
        if f is os.dup2:
            return self.call(f, fd, v.pick(v.fds or [99]))
        if f is os.lockf:
            return self.call(f, fd, v.below(5), v.pick((0, 5)))
        if f is os.utime:
            return self.call(f, fd, ns=(v.pick(TIMES_NS), v.pick(TIMES_NS)))
        if f is os.listdir:
            return self.call(lambda n: sorted(os.listdir(n)), fd)
        return self.call(f, fd)

    @staticmethod
    def is_same(one, other):
        try:
            return os.path.sameopenfile(one, other)
        except (OSError, TypeError, OverflowError):
            return False

    @staticmethod
    def is_folder(fd):
        try:
            return stat.S_ISDIR(os.fstat(fd).st_mode)
        except (OSError, TypeError, OverflowError):
            return False

    # --- objects ----------------------------------------------------------------

    def open_file(self):
        v = self.v
        if len(self.open) > 6:
            f = self.open.pop(0)
            return self.call(f.close)
        mode = v.pick(OPEN_MODES) if not v.chance(50) else v.pick(BAD_MODES)
        more = {}
        if v.chance(3):
            more["buffering"] = v.pick((-1, 0, 1, 2, 16, 8192, 70000, -2, -99,
                                        2**31, None))
        if isinstance(mode, str) and ("b" not in mode or v.chance(30)):
            more.update(encoding=v.pick(ENCODINGS), errors=v.pick(HANDLERS),
                        newline=v.pick(NEWLINES))
        reads = isinstance(mode, str) and mode in ("r", "rb", "rt", "br")
        path = v.looked() if reads else v.changed()
        if v.chance(12):
            path = v.fd()
            if v.chance(2) or type(path) is not int:
                more["closefd"] = False
        opener = v.pick((None, None, None, None, os.open, lambda *a: -1,
                         lambda *a: "a", lambda p, f: os.open(p, f, 0o600),
                         lambda *a: 1 / 0))
        if opener is not None and v.chance(3):
            more["opener"] = opener
        try:
            f = open(path, mode, **more)
        except Exception as error:
            return self.told(path, mode, more), "raises " + show_error(error)
        self.open.append(f)
        return self.told(path, mode, more), self.state(f)

    @staticmethod
    def told(path, mode, more):
        shown = {k: v for k, v in more.items() if k != "opener"}
        return "open(%s, %r, %r)" % (brief(path), mode, shown)

    @staticmethod
    def state(f):
        text = [show_file(f)]
        for name in ("name", "closed", "encoding", "errors", "newlines",
                     "line_buffering", "write_through", "closefd"):
            if hasattr(type(f), name) or name == "name":
                text.append("%s=%s" % (name, outcome(getattr, f, name)))
        return " ".join(text)

    def settle(self, f):
        """What a file object of plain Python holds back is written, and what
        it has read ahead is given up: a guest's does neither."""
        try:
            if f.writable():
                f.flush()
            binary = getattr(f, "buffer", f)
            if binary is f and binary.readable() and binary.seekable() \
                    and not isinstance(f, io.RawIOBase):
                at = f.tell()
                f.seek(0, 2)
                f.seek(at)
        except Exception as error:
            return " then " + show_error(error)
        return ""

    def use_file(self):
        v = self.v
        if not self.open:
            return "", ""
        number = v.below(len(self.open))
        f = self.open[number]
        told, result = self.call_file(f, isinstance(f, io.TextIOBase))
        result += self.settle(f)
        if BAD in result:
            self.drop(f)
            result = BAD
        return "%d.%s" % (number, told), result

    def drop(self, f):
        """What plain Python holds back for a bad descriptor stays an error of
        all calls to come; a guest's knows at once."""
        try:
            f.close()
        except OSError:
            pass
        if f in self.open:
            self.open.remove(f)

    def call_file(self, f, text):
        v = self.v
        name = v.pick(("read", "readline", "readlines", "readinto", "readinto1",
                       "read1", "peek", "next", "write", "writelines", "seek",
                       "tell", "truncate", "flush", "fileno", "isatty",
                       "readable", "writable", "seekable", "state", "repr",
                       "write", "read", "seek", "readall", "detach",
                       "reconfigure", "raw", "buffer", "with", "close",
                       "iterate", "seek_back", "write", "os"))
        own = getattr(self, "do_" + name, None)
        if own is not None:
            return name, outcome(own, f, text)
        try:
            method = getattr(f, name)
        except AttributeError as error:
            return name, str(error)
        args = ()
        if name in ("read", "read1", "readline", "readlines", "peek"):
            args = (v.pick(SIZES),) if v.chance(2) else ()
        elif name in ("readinto", "readinto1"):
            return self.read_into(method)
        elif name == "write":
            args = (v.line() if text else v.buffer(),)
        elif name == "writelines":
            args = ([v.line() if text else v.buffer()
                     for _ in range(v.below(4))],)
        elif name == "seek":
            offset = v.pick((0, 0, 1, 5, 100, 5000, 20000, -1, -5, None,
                             5000 if text else 2**70))
            args = (offset, v.pick((0, 1, 2, 5))) if v.chance(2) else (offset,)
        elif name == "truncate":
            args = (v.pick((None, 0, 1, 10, 5000, -1, 1.5)),) \
                if v.chance(2) else ()
        return self.call(method, *args)

    def read_into(self, method):
        room = self.v.pick((bytearray(5), bytearray(0), bytearray(9000), b"abc",
                            memoryview(bytearray(20))[3:9], None))
        told, result = self.call(method, room)
        return told, "%s %s" % (result, show(bytes(room or b"")))

    def do_next(self, f, text):
        return next(f)

    def do_state(self, f, text):
        return self.state(f)

    def do_repr(self, f, text):
        return repr(f)

    def do_iterate(self, f, text):
        return [line for line, _ in zip(f, range(20))]

    def do_seek_back(self, f, text):
        at = f.tell()
        first = f.read(7)
        f.seek(at)
        return self.place(at), first, f.read(7)

    @staticmethod
    def place(at):
        """What a TextIOWrapper tells beside a position is its own business."""
        return at if at < 2**64 else "cookie"

    def do_tell(self, f, text):
        return self.place(f.tell())

    def do_seekable(self, f, text):
        """A FileIO of plain Python whose first seek() failed says False."""
        return None if isinstance(f, io.RawIOBase) else f.seekable()

    def do_raw(self, f, text):
        raw = f.buffer.raw if text else f.raw
        return self.state(raw), raw.closed

    def do_buffer(self, f, text):
        return self.state(f.buffer) if text else None

    def do_reconfigure(self, f, text):
        more = {}
        encoding = self.v.pick(ENCODINGS)
        if self.v.chance(2) and encoding != "locale":   # open() alone knows it
            more["encoding"] = encoding
        if self.v.chance(2):
            more["newline"] = self.v.pick(NEWLINES)
        if self.v.chance(2):
            more["line_buffering"] = self.v.chance(2)
        return f.reconfigure(**more)

    def do_with(self, f, text):
        if not self.v.chance(3):
            return None
        with f as same:
            assert same is f
        return f.closed

    def do_detach(self, f, text):
        """Files in layers are taken apart and used."""
        if not self.v.chance(4):
            return None
        below = f.detach()
        self.open.append(below)
        return self.state(below), outcome(f.read), outcome(f.close), repr(f)

    def do_close(self, f, text):
        if self.v.chance(2):
            return None
        f.close()
        return outcome(f.read), outcome(f.write, ""), outcome(f.tell), \
            outcome(f.close), outcome(f.fileno), outcome(f.flush)

    def do_os(self, f, text):
        """A descriptor is closed below the file, which is dropped then."""
        if not self.v.chance(6):
            return os.fstat(f.fileno())
        number = f.fileno()
        os.close(number)
        self.open.remove(f)
        v = self.v
        results = [outcome(v.pick((f.read, f.tell, f.readline, f.isatty,
                                   f.fileno, f.flush)))]
        results.append(outcome(f.close))
        return results, f.closed
