"""Whether a test's student code has left traces in its guest.

The next test begins in the same guest only when nothing is there of the last
one: so a submission may use what has no state of its own, by the list below,
and what it has put into modules is found by comparing them.  For all others
each test has a fresh guest.  This is for honest programs: one that means to
can hide what it keeps, and has then told itself what it was asked.
"""
import builtins
import os
import sys
import types

# Modules whose functions keep nothing that a program can tell.
STATELESS = frozenset((
    "__future__", "_io", "abc", "array", "ast", "base64", "binascii", "bisect",
    "calendar", "cmath", "collections", "copy", "dataclasses", "datetime",
    "difflib", "enum", "fractions", "functools", "graphlib", "hashlib",
    "heapq", "html", "io", "itertools", "json", "keyword", "math", "numbers",
    "operator", "pprint", "queue", "random", "re", "secrets", "statistics",
    "string", "struct", "sys", "textwrap", "time", "types", "typing",
    "unicodedata", "zlib"))

# Of sys: what is there to be read.  All else of it may be a setter.
READABLE = frozenset((
    "__doc__", "__name__", "argv", "byteorder", "exc_info", "exception", "exit",
    "float_info", "getrecursionlimit", "getrefcount", "getsizeof",
    "hexversion", "int_info", "intern", "maxsize", "maxunicode", "path",
    "platform", "stderr", "stdin", "stdout", "version", "version_info"))

# Names by which a program comes to more than it seems to name, or changes what
# comparing modules does not show.
TELLING = frozenset((
    "FileIO", "__builtins__", "__closure__", "__code__", "__defaults__",
    "__del__", "__dict__", "__func__", "__globals__", "__import__",
    "__kwdefaults__", "__loader__", "__self__", "__spec__", "__subclasses__",
    "__wrapped__", "breakpoint", "cache_clear", "compile", "eval", "exec",
    "exitfunc", "f_back", "f_builtins", "f_globals", "get_overloads",
    "gi_frame", "import_module", "open", "open_code", "register",
    "setfirstweekday", "tb_frame", "tzset", "vars"))


def _names(code, found):
    found.update(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            _names(const, found)


def _private(name):
    return type(name) is str and name[:1] == "_" and name[:2] != "__"


def _inner(module, found):
    """Modules that it hands out by names that are not their own, as os does
    os.path: by its own name each is found in the code."""
    found.add(module)
    for name, value in list(vars(module).items()):
        if isinstance(value, types.ModuleType) and not _private(name) and \
                sys.modules.get(name) is not value and value not in found:
            _inner(value, found)


def _contents(value):
    """{name or place: what is there} of what can be changed; or None."""
    if isinstance(value, (list, tuple)):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return dict.fromkeys(value)
    if isinstance(value, type) and not value.__flags__ & _HEAPTYPE:
        return None
    names = getattr(value, "__dict__", None)
    return None if names is None else dict(names)


def _walk(value, seen, private):
    """Note in SEEN what it contains, and what that contains.  Private names
    are where modules have their caches: those are not compared, and no
    program that names one may share its guest."""
    contents = _contents(value)
    if contents is None or id(value) in seen:
        return
    private.update(filter(_private, contents))
    for name in list(contents):
        if _private(name) or type(name) is str and name in _OURS:
            del contents[name]
    seen[id(value)] = value, contents
    for name, inner in contents.items():
        if not isinstance(inner, types.ModuleType) and \
                name not in _NOT_ENTERED:
            _walk(inner, seen, private)


class Traces:
    """Made before the submission is run for the first time; left() after each
    test.  As long as that is False, the guest is as it was then."""

    def __init__(self, code):
        self.known = isinstance(code, types.CodeType)
        if not self.known:
            return
        names = set()
        _names(code, names)
        parts = {part for name in names for part in name.split(".")}
        modules = parts & sys.modules.keys()
        self.known = modules <= STATELESS and parts.isdisjoint(TELLING)
        if not self.known:
            return
        self.reseed = "random" in modules
        if "sys" in modules:
            self.known = parts & vars(sys).keys() <= READABLE
        watched = set()
        for module in (builtins, sys, *(sys.modules[name]
                                        for name in modules)):
            _inner(module, watched)
        seen, private = {}, set()
        for module in watched:
            _walk(module, seen, private)
        self.known = self.known and parts.isdisjoint(private)
        self.before = list(seen.values())
        self.lists = self._lists()

    @staticmethod
    def _lists():
        return (list(sys.path), list(sys.argv), len(sys.modules),
                sys.getrecursionlimit(), sorted(os.listdir(".")),
                os.listdir("/tmp"))

    def left(self):
        """True unless the guest is as it was, as far as can be seen."""
        if not self.known:
            return True
        for value, before in self.before:
            if not _same(_contents(value), before):
                return True
        if self._lists() != self.lists:
            return True
        if self.reseed:
            sys.modules["random"].seed()
        return False


# Set anew for each test, or question; and what no program comes to but by a
# name of TELLING, or of sys.
_OURS = frozenset(("__stdin__", "argv", "stdin", "stdout", "modules",
                   "path_importer_cache", "last_type", "last_value",
                   "last_traceback", "last_exc"))
_NOT_ENTERED = frozenset(("__builtins__", "__loader__", "__spec__"))

# Py_TPFLAGS_HEAPTYPE.  The jail has made classes immutable; what they contain
# is not.
_HEAPTYPE = 1 << 9


def _same(now, before):
    """BEFORE has no private names, nor ours."""
    for name, value in now.items():
        if name in before:
            if before[name] is not value:
                return False
        elif not _private(name) and name not in _OURS:
            return False
    return now.keys() >= before.keys()
