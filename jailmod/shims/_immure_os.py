"""`os` and `os.path` of a guest: the same modules, patched in place.

What is a matter of text works; what asks a file system answers from the given
files; what has an effect refuses.  C functions of `os` are not listed here:
the gate has ended those.
"""
import errno
import genericpath
import os
import posix
import posixpath
import sys
import types

import _immure_files
from _immure_patch import refusing, set_and_swap

PID = 2
NOBODY = 65534

# Functions written in Python that only compute.
_PURE = frozenset(("getenv", "getenvb", "fsencode", "fsdecode", "_fspath",
                   "_exists", "_get_exports_list", "fspath"))

_REASONS = {
    "exec": "a guest can't start programs",
    "spawn": "a guest can't start programs",
    "popen": "a guest can't start programs",
    "fdopen": "a guest has no descriptors of its own",
    "walk": "a guest has no file system",
    "fwalk": "a guest has no file system",
}
_NO_FILES = "a guest has no file system"
_FIX_FILES = "Give files with --file NAME=PATH and open() them by name"


class _Environ(os._Environ):
    """os._Environ that reaches no further than this process's memory."""

    __qualname__ = "_Environ"
    __module__ = "os"

    def __setitem__(self, key, value):
        self._data[self.encodekey(key)] = self.encodevalue(value)

    def __delitem__(self, key):
        try:
            del self._data[self.encodekey(key)]
        except KeyError:
            raise KeyError(key) from None


def _check_bytes(value):
    if not isinstance(value, bytes):
        raise TypeError("bytes expected, not %s" % type(value).__name__)
    return value


def _encode(value):
    if not isinstance(value, str):
        raise TypeError("str expected, not %s" % type(value).__name__)
    return value.encode("utf-8", "surrogateescape")


def _decode(value):
    return value.decode("utf-8", "surrogateescape")


def _patch_environ():
    data = {}
    posix.environ.clear()
    set_and_swap(os, "environ",
                 _Environ(data, _encode, _decode, _encode, _decode))
    set_and_swap(os, "environb",
                 _Environ(data, _check_bytes, _check_bytes, _check_bytes,
                          _check_bytes))
    os._Environ = _Environ


def _reason(name):
    for start, reason in _REASONS.items():
        if name.startswith(start):
            return reason, ""
    return _NO_FILES, _FIX_FILES


def _patch_functions():
    for name, value in list(vars(os).items()):
        if (type(value) is types.FunctionType and value.__module__ == "os"
                and name not in _PURE):
            reason, fix = _reason(name)
            set_and_swap(os, name, refusing("posix", name, reason, fix,
                                            what="os." + name))
    for name, value in _ANSWERS.items():
        if not hasattr(os, name):
            continue
        value.__module__ = "os"
        value.__name__ = value.__qualname__ = name
        set_and_swap(os, name, value)


def _getcwd():
    return _immure_files.HOME


def _getcwdb():
    return _immure_files.HOME.encode()


def _affinity(pid):
    if pid not in (0, PID):
        raise ProcessLookupError(errno.ESRCH, "No such process")
    return {0}


def _getlogin():
    raise OSError(errno.ENXIO, "No such device or address")


def _at_fork(*, before=None, after_in_child=None, after_in_parent=None):
    pass


# What an ordinary program asks of its process, answered with constants.
_ANSWERS = {
    "getcwd": _getcwd,
    "getcwdb": _getcwdb,
    "getpid": lambda: PID,
    "getppid": lambda: 1,
    "getuid": lambda: NOBODY,
    "geteuid": lambda: NOBODY,
    "getgid": lambda: NOBODY,
    "getegid": lambda: NOBODY,
    "getgroups": lambda: [NOBODY],
    "getpgrp": lambda: PID,
    "getlogin": _getlogin,
    "cpu_count": lambda: 1,
    "process_cpu_count": lambda: 1,
    "sched_getaffinity": _affinity,
    "isatty": lambda fd: False,
    # Modules that come late ask for this; there are no forks here.
    "register_at_fork": _at_fork,
}


# --- os.path ----------------------------------------------------------------

def _name(path):
    """PATH as an exact str; None for what the stat of os.path ignores."""
    if hasattr(type(path), "__index__"):
        return None
    name = _immure_files.exact_name(path)
    return None if "\0" in name else name


def exists(path):
    """True for a given file and the folders above it."""
    name = _name(path)
    return name is not None and (_immure_files.find(name) is not None
                                 or _immure_files.is_folder(name))


def isfile(path):
    """True for a given file."""
    name = _name(path)
    return name is not None and _immure_files.find(name) is not None


def isdir(s):
    """True for /job and the folders of given files."""
    name = _name(s)
    return name is not None and _immure_files.is_folder(name)


def islink(path):
    """False: there are no links here."""
    _name(path)
    return False


def ismount(path):
    """True for the root alone."""
    name = _name(path)
    return name is not None and _immure_files.absolute(name) == "/"


def getsize(filename):
    """The size of a given file."""
    name = _name(filename)
    data = None if name is None else _immure_files.find(name)
    if data is None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory",
                                filename)
    return len(data)


def expanduser(path):
    """Replace ~ by $HOME, if the job has one; ~user stays as it is."""
    path = os.fspath(path)
    tilde, slash = ("~", "/") if isinstance(path, str) else (b"~", b"/")
    home = os.environ.get("HOME")
    if home is None or not (path == tilde or path.startswith(tilde + slash)):
        return path
    if isinstance(path, bytes):
        home = os.fsencode(home)
    return (home.rstrip(slash) + path[1:]) or slash


def realpath(filename, *, strict=False):
    """abspath(): there are no links here."""
    path = posixpath.abspath(filename)
    if strict and not exists(path):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory",
                                path)
    return path


def samefile(f1, f2):
    """True for two names of one given file or folder."""
    for path in (f1, f2):
        if not exists(path):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory",
                                    path)
    return posixpath.abspath(f1) == posixpath.abspath(f2)


def _patch_path():
    for function in (exists, isfile, isdir, islink, ismount, getsize,
                     expanduser, realpath, samefile):
        function.__module__ = "posixpath"
        name = function.__name__
        if hasattr(genericpath, name):
            set_and_swap(genericpath, name, function)
        set_and_swap(posixpath, name, function)
    set_and_swap(posixpath, "lexists", exists)


def patch_pathlib():
    """Path asks the same files."""
    import pathlib
    # follow_symlinks of later versions changes nothing here.
    pathlib.Path.exists = lambda self, **options: exists(self)
    pathlib.Path.is_file = lambda self, **options: isfile(self)
    pathlib.Path.is_dir = lambda self, **options: isdir(self)
    pathlib.Path.is_symlink = lambda self: False


def patch():
    """Patch os and os.path."""
    _patch_environ()
    _patch_functions()
    _patch_path()
    os.supports_bytes_environ = True


def forget_host():
    """Empty what sys knows of the machine: paths, command line."""
    # Nothing is found there, but programs look at the first and insert others.
    sys.path[:] = [_immure_files.HOME]
    sys.path_importer_cache.clear()
    sys.executable = ""
    sys._base_executable = ""
    sys.orig_argv[:] = []
    sys.argv[:] = [""]
