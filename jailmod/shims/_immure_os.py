"""`os` and `os.path` of a guest: the same modules, patched in place.

What is a matter of text works; what is about files is _vfs's, over the guest's
own; what else has an effect refuses.  C functions of `os` are not listed here:
the gate has ended those that _vfs does not replace.
"""
import errno
import os
import posix
import posixpath
import sys
import types

import _immure_files
import _vfs
from _immure_patch import refusing, set_and_swap

PID = 2
NOBODY = 65534

# Functions written in Python that compute, or use what _vfs replaces.
_PURE = frozenset(("getenv", "getenvb", "fsencode", "fsdecode", "_fspath",
                   "_exists", "_get_exports_list", "fspath", "makedirs",
                   "removedirs", "renames", "walk", "_walk", "fwalk",
                   "_fwalk", "fdopen", "get_exec_path"))

_REASONS = {
    "exec": "a guest can't start programs",
    "spawn": "a guest can't start programs",
    "popen": "a guest can't start programs",
}


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
    return "it has effects outside the guest", ""


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


def _affinity(pid):
    if pid not in (0, PID):
        raise ProcessLookupError(errno.ESRCH, "No such process")
    return {0}


def _getlogin():
    raise OSError(errno.ENXIO, "No such device or address")


def _confstr(name, /):
    # shutil.which() looks there when no PATH is set.
    if name != "CS_PATH":
        raise ValueError("unrecognized configuration name")
    return "/bin:/usr/bin"


def _at_fork(*, before=None, after_in_child=None, after_in_parent=None):
    pass


# What an ordinary program asks of its process, answered with constants.
_ANSWERS = {
    "getpid": lambda: PID,
    "getppid": lambda: 1,
    "getuid": lambda: NOBODY,
    "geteuid": lambda: NOBODY,
    "getgid": lambda: NOBODY,
    "getegid": lambda: NOBODY,
    "getgroups": lambda: [NOBODY],
    "getpgrp": lambda: PID,
    "getlogin": _getlogin,
    "confstr": _confstr,
    "cpu_count": lambda: 1,
    "process_cpu_count": lambda: 1,
    "sched_getaffinity": _affinity,
    # Modules that come late ask for this; there are no forks here.
    "register_at_fork": _at_fork,
}


# --- files --------------------------------------------------------------------

def _files():
    """{name: function} of _vfs that `os` has as well."""
    return {name: value for name, value in vars(_vfs).items()
            if isinstance(value, (types.BuiltinFunctionType, type))
            and hasattr(posix, name)}


def _patch_files():
    new = _files()
    replaced = {getattr(posix, name): value for name, value in new.items()}
    for name, value in new.items():
        set_and_swap(os, name, value)
    for name in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks",
                 "supports_effective_ids"):
        setattr(os, name, {replaced.get(old, old)
                           for old in getattr(os, name)})


def _patch_glob():
    """A class of 3.13 holds two of them by other means than a name."""
    globber = getattr(sys.modules.get("glob"), "_StringGlobber", None)
    for name in ("lstat", "scandir") if globber is not None else ():
        setattr(globber, name, staticmethod(getattr(os, name)))


# --- os.path ----------------------------------------------------------------

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


def _patch_path():
    expanduser.__module__ = "posixpath"
    set_and_swap(posixpath, "expanduser", expanduser)


def patch():
    """Patch os and os.path."""
    _patch_environ()
    _patch_functions()
    _patch_files()
    _patch_glob()
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
