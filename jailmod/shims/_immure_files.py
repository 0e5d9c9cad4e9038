"""The files a job was given, and the `open` that knows only those.

There is no file system behind it: a name is looked up in a table that the job
brought with it.  Names are taken as paths below /job, so "data.csv",
"./data.csv" and "/job/data.csv" are one file.
"""
import errno
import io
import posixpath

import _jail

HOME = "/job"
_FIX = "Give it with --file %s=PATH"
_table = {}
_folders = {"/", HOME}

_BytesIO = io.BytesIO
_TextIOWrapper = io.TextIOWrapper
_Unsupported = io.UnsupportedOperation


def set_files(files):
    """Replace the table by FILES: [(name, bytes)].  Job start calls it."""
    _table.clear()
    _folders.clear()
    _folders.update(("/", HOME))
    for name, data in files:
        path = absolute(name)
        _table[path] = data
        while path != "/":
            path = posixpath.dirname(path)
            _folders.add(path)


def absolute(name, _join=posixpath.join, _normal=posixpath.normpath):
    path = _normal(_join(HOME, name))
    return path[1:] if path.startswith("//") else path


def exact_name(path, _fspath=posixpath.os.fspath):
    """PATH as an exact str, asked for once: str and bytes subclasses lie."""
    path = _fspath(path)
    if isinstance(path, bytes):
        return bytes.join(b"", (path,)).decode("utf-8", "surrogateescape")
    return str.__str__(path)


def find(path):
    """The bytes of a given file, or None."""
    return _table.get(absolute(path))


def is_folder(path):
    return absolute(path) in _folders


class GivenFile(_BytesIO):
    """A given file opened for reading in binary mode."""

    __module__ = "io"
    mode = "rb"

    def __init__(self, data, name):
        _BytesIO.__init__(self, data)
        self.name = name

    def __repr__(self):
        return "<io.GivenFile name=%r>" % (self.name,)

    def writable(self):
        return False

    def write(self, data):
        raise _Unsupported("write")

    def writelines(self, lines):
        raise _Unsupported("write")

    def truncate(self, size=None):
        raise _Unsupported("truncate")

    def peek(self, size=0):
        place = self.tell()
        data = self.read(max(size, 0) or io.DEFAULT_BUFFER_SIZE)
        self.seek(place)
        return data


def _shown(path):
    return repr(path if len(path) <= 200 else path[:200] + "...")


def _no_descriptor(file):
    _jail.refuse("open(%s)" % int(file), "files.descriptor",
                 "a guest has no descriptors of its own",
                 "Open a file by its name; sys.stdin, sys.stdout and "
                 "sys.stderr are open already")


def _check_mode(mode, encoding, errors, newline, buffering):
    """What io.open() checks, with its words.  Returns (writing, binary)."""
    if not isinstance(mode, str):
        raise TypeError("open() argument 'mode' must be str, not "
                        + type(mode).__name__)
    letters = set(mode)
    if letters - set("axrwb+t") or len(mode) > len(letters):
        raise ValueError("invalid mode: %r" % mode)
    binary = "b" in letters
    if binary and "t" in letters:
        raise ValueError("can't have text and binary mode at once")
    if len(letters & set("axrw")) != 1:
        raise ValueError("must have exactly one of create/read/write/append "
                         "mode")
    if binary:
        for name, value in (("encoding", encoding), ("errors", errors),
                            ("newline", newline)):
            if value is not None:
                raise ValueError("binary mode doesn't take %s argument"
                                 % ("an " + name if name != "newline"
                                    else "a newline"))
    elif buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    return bool(letters & set("axw+")), binary


def _read_given(path, name):
    """The bytes of PATH, or the error that a file system would give."""
    data = find(path)
    if data is not None:
        return data
    if is_folder(path):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", name)
    short = path if len(path) <= 200 else "NAME"
    _jail.note_denial("open(%s)" % _shown(path), "files.read", _FIX % short)
    raise FileNotFoundError(errno.ENOENT, "No such file or directory", name)


@staticmethod
def open(file, mode="r", buffering=-1, encoding=None, errors=None,
         newline=None, closefd=True, opener=None):
    """Open a file that was given to the job, for reading.

    The parameters and errors are those of the builtin open(); a file that
    was not given does not exist, and nothing can be written.
    """
    if hasattr(type(file), "__index__"):
        _no_descriptor(file)
    path = exact_name(file)
    writing, binary = _check_mode(mode, encoding, errors, newline, buffering)
    if "\0" in path:
        raise ValueError("embedded null byte")
    if opener is not None:
        _jail.refuse("open(opener=...)", "files.opener",
                     "a guest has no descriptors of its own", "")
    if not closefd:
        raise ValueError("Cannot use closefd=False with file name")
    if writing:
        _jail.note_denial("open(%s, %r)" % (_shown(path), str(mode)),
                          "files.write",
                          "Files are read-only here: print the result, or "
                          "write to io.StringIO or io.BytesIO")
        raise OSError(errno.EROFS, "Read-only file system", file)
    raw = GivenFile(_read_given(path, file), file)
    if binary:
        return raw
    if encoding is None or encoding == "locale":
        encoding = "utf-8"
    text = _TextIOWrapper(raw, encoding, errors, newline, buffering == 1)
    text.mode = mode
    return text


def open_code(path):
    """io.open_code(): the same table, in binary."""
    if not isinstance(path, str):
        raise TypeError("open_code() argument 'path' must be str, not "
                        + type(path).__name__)
    return open(path, "rb")
