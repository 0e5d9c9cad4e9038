"""Plain Python without one of the things that a guest has not (reasons.py)."""

import __main__ as guest
import builtins
import errno
import functools
import importlib
import io
import os
import sys


class Refusing:
    """In sys.meta_path: there are no modules of these names."""

    def __init__(self, names):
        self.names = frozenset(names)

    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ModuleNotFoundError("No module named %r" % name, name=name)


def take_modules(plan):
    """Those that are nowhere in the jail, and those that guests are refused
    while the library has them in a form of its own."""
    for name in plan["absent"]:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Refusing(plan["absent"]))
    guest.put_missing(plan["missing"], plan["constants"])
    refused, plain_import = frozenset(plan["refused"]), builtins.__import__

    def import_for(name, space=None, *rest):
        if name in refused and space and space["__name__"].startswith("test."):
            raise ModuleNotFoundError("No module named %r" % name, name=name)
        return plain_import(name, space, *rest)
    builtins.__import__ = import_for


def take_calls(plan):
    """What was refused when the file was loaded; of a class the jail's has
    other attributes."""
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    for rule in plan["calls"]:
        for module, name in guest.named(rule):
            has = [n for n in plan["names"].get(rule, ()) if n[:2] != "__"]
            space = dict.fromkeys(["__init__", *has], refuse)
            old = getattr(module, name)
            setattr(module, name, type(name, (), space)
                    if isinstance(old, type) else refuse)
    if "socket.socket" in plan["calls"]:
        guest.adapt(importlib.import_module("test.support.socket_helper"))


def take_files(plan):
    """Those of the host, but for what the tests bring along."""
    kept = (os.getcwd(), os.path.dirname(os.__file__) + "/test")

    def is_host_file(path):
        try:
            name = os.path.abspath(os.fsdecode(path))
        except TypeError:
            return False        # a descriptor
        return not name.startswith(kept)

    def without(function, otherwise=None):
        @functools.wraps(function)
        def call(path, *args, **kwargs):
            if not is_host_file(path):
                return function(path, *args, **kwargs)
            if otherwise is not None:
                return otherwise
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT),
                                    path)
        return call

    for name in ("stat", "lstat", "open", "listdir", "scandir", "readlink"):
        setattr(os, name, without(getattr(os, name)))
    os.access = without(os.access, False)
    io.open = builtins.open = without(io.open)


def take_process(plan):
    """It is nobody's, and there is no program to start."""
    sys.executable = ""
    for name in ("getuid", "geteuid", "getgid", "getegid"):
        setattr(os, name, lambda: 65534)


_IMMUTABLE, _HEAPTYPE = 1 << 8, 1 << 9
_FLAGS_OFFSET = 168


def take_classes(plan):
    """The library's can't be changed."""
    import ctypes
    for module in list(sys.modules.values()):
        name = getattr(module, "__name__", "")
        if name.startswith("test") or name == "__main__":
            continue
        for cls in list(vars(module).values()):
            if isinstance(cls, type) and cls.__flags__ & _HEAPTYPE \
                    and not cls.__module__.startswith(("test.", "__main__")):
                at = id(cls) + _FLAGS_OFFSET
                flags = ctypes.c_ulong.from_address(at)
                assert flags.value == cls.__flags__
                flags.value |= _IMMUTABLE
                ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


# Before the test file is loaded, but for the classes.
EARLY = {"modules": take_modules, "calls": take_calls, "files": take_files,
         "process": take_process}
LATE = {"classes": take_classes}


def take(plan, table):
    if plan.get("taken") in table:
        table[plan["taken"]](plan)
