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

# Names by which a program comes to more than it seems to name, or changes what
# comparing modules does not show.
TELLING = frozenset((
    "__builtins__", "__del__", "__dict__", "__import__", "__subclasses__",
    "addaudithook", "breakpoint", "compile", "eval", "exec", "exitfunc", "import_module",
    "modules", "open", "register", "set_coroutine_origin_tracking_depth",
    "setfirstweekday", "setprofile", "setrecursionlimit", "setswitchinterval",
    "settrace", "vars"))


def _names(code, found):
    found.update(code.co_names)
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            _names(const, found)


def _inner(module):
    """Modules that it hands out, as os does os.path."""
    return [value for value in vars(module).values()
            if isinstance(value, types.ModuleType)]


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
        watched = {builtins, sys, *(sys.modules[name] for name in modules)}
        for module in list(watched):
            watched.update(_inner(module))
        self.before = [(module, dict(vars(module))) for module in watched]
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
        for module, before in self.before:
            if not _same(vars(module), before):
                return True
        if self._lists() != self.lists:
            return True
        if self.reseed:
            sys.modules["random"].seed()
        return False


# Set anew for each test, or question.
_OURS = frozenset(("__stdin__", "argv", "stdin", "stdout", "stderr",
                   "last_type", "last_value", "last_traceback"))


def _same(now, before):
    return now.keys() == before.keys() and all(
        now[name] is value for name, value in before.items()
        if name not in _OURS)
