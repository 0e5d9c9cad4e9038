"""What the gate refuses, each by the way an attacker would take."""
import collections, functools, io, json, operator, sys, types
from immure import JailAttribute, JailDenied, JailError, JailImport

library = collections.namedtuple
posix = sys.modules["posix"]
# The machine's functions: those of the guest's own files took their names.
FUNCTIONS = {name: value for name, value in vars(posix).items()
             if type(value) is type(len) and value.__module__ == "posix"}
FUNCTIONS.update((old.__name__, old) for old, new
                 in sys.modules["_immure_patch"]._pairs.values()
                 if type(old) is type(len) and old.__module__ == "posix")
PURE = {"WCOREDUMP", "WEXITSTATUS", "WIFCONTINUED", "WIFEXITED",
        "WIFSIGNALED", "WIFSTOPPED", "WSTOPSIG", "WTERMSIG", "fspath",
        "_path_normpath", "major", "makedev", "minor", "strerror", "urandom",
        "waitstatus_to_exitcode"}


def refused(kind, call, *args):
    try:
        result = call(*args)
    except kind:
        return
    raise SystemError("not refused: %r %r gave %r" % (call, args, result))


def own():
    return 1


def all_types():
    found = [object]
    for cls in found:
        found += [sub for sub in type.__subclasses__(cls)
                  if sub not in found]
    return found


# C functions: nothing of posix but the pure ones.
assert {"open", "stat", "system"} <= set(FUNCTIONS)
for name, function in FUNCTIONS.items():
    if name not in PURE:  # TypeError: CPython counts the arguments first
        refused((JailDenied, TypeError), function)
        refused((JailDenied, TypeError), function, 0)
for name in ("start_new_thread", "get_native_id", "stack_size"):
    refused((JailDenied, TypeError),
            getattr(sys.modules["_thread"], name))
for name in ("create_builtin", "exec_builtin", "get_frozen_object",
             "create_dynamic", "_fix_co_filename"):
    refused((JailDenied, TypeError), getattr(sys.modules["_imp"], name))
refused(FileNotFoundError, list,
        map(sys.modules["_io"].open, ["/etc/passwd"]))
refused(JailDenied, functools.partial(sys._current_frames))
refused(JailDenied, sys.settrace, own)
sys.settrace(None)
refused(JailDenied, sys.setrecursionlimit, 10 ** 6)
refused(JailDenied, sys.setrecursionlimit, 10 ** 60)
refused(JailDenied, sys.addaudithook, own)
assert hash(posix.major) != hash(posix.minor)

# Types: by call, by __new__ and by __init__.
for cls in all_types():
    if cls.__module__ == "_io" and cls.__name__ in (
            "FileIO", "BufferedReader", "BufferedWriter", "BufferedRandom"):
        if cls is getattr(io, cls.__name__):
            continue
        refused(JailDenied, cls, "/etc/passwd")
        # 3.13: some have none of their own, and object.__new__ won't do.
        refused((JailDenied, TypeError), cls.__new__, cls)
        refused(JailDenied, type("Heir", (cls,), {}), "/etc/passwd")
refused(JailDenied, types.CodeType)
refused(JailDenied, lambda: own.__code__.replace(co_consts=()))
refused(JailDenied, lambda: own.__code__.replace(co_flags=0))
refused(JailDenied, lambda: own.__code__.replace(co_name="x", co_code=b""))
refused(JailDenied, lambda: own.__code__.replace(co_linetable=b""))
refused(JailDenied, lambda: own.__code__.replace(co_firstlineno=2 ** 31 - 1))
refused(JailDenied, lambda: own.__code__.replace(co_firstlineno=-1))
refused(JailDenied, lambda: own.__code__.replace(
    co_name=type("S", (str,), {})("x")))
renamed = own.__code__.replace(co_name="x", co_qualname="y.x",
                               co_filename="f", co_firstlineno=7)
assert (renamed.co_name, renamed.co_firstlineno) == ("x", 7)
refused(JailDenied, types.FunctionType, json.dumps.__code__, {})
assert types.FunctionType(json.dumps.__code__.replace(co_name="x"),
                          {"x": 1}).__globals__ == {"x": 1}

# Code of the library over other globals.
refused(JailDenied, types.FunctionType, library.__code__, {})
assert types.FunctionType(own.__code__, {})() == 1
refused(JailDenied, exec, library.__code__)
refused(JailAttribute, setattr, own, "__code__", library.__code__)
own.__code__ = (lambda: 2).__code__
assert own() == 2


class LooksLikeCode:
    __class__ = types.CodeType
    co_flags = 0x20
    replace = functools.partial(own.__code__.replace, co_consts=())


class LooksLikeFunction:
    __class__ = types.FunctionType
    __code__ = LooksLikeCode()

    def __call__(self):
        pass


refused(JailError, types.coroutine, LooksLikeFunction())


@types.coroutine
def marked():
    yield


assert marked.__code__.co_flags & 0x100

# Attributes, by each way to read one.
for name in ("__globals__", "__builtins__", "__closure__"):
    assert not hasattr(library, name)
    refused(JailAttribute, getattr, library, name)
    refused(JailAttribute, operator.attrgetter(name), library)
    refused(JailAttribute, ("{0.%s}" % name).format, library)
    refused(JailAttribute, object.__getattribute__, library, name)
    refused(JailAttribute, types.FunctionType.__dict__[name].__get__,
            library)
    getattr(refused, name)
refused(JailAttribute, setattr, json.dumps, "__defaults__", ())

# Frames can be had; those of the library, and of code that the program runs
# over other globals, show nothing of what is in them.
HELD = ("f_locals", "f_globals", "f_builtins")


def frames_of(call):
    """The frames below the caller's, of what CALL raises."""
    try:
        call()
    except Exception as error:
        step = error.__traceback__.tb_next
    while step is not None:
        yield step.tb_frame
        step = step.tb_next


def held_back(frame):
    for name in HELD:
        refused(JailAttribute, getattr, frame, name)
        refused(JailAttribute, operator.attrgetter(name), frame)
        refused(JailAttribute, ("{0.%s}" % name).format, frame)
    refused(JailAttribute, setattr, frame, "f_lineno", 1)
    refused(JailAttribute, getattr, frame, "f_trace")


for frame in frames_of(lambda: json.loads("{")):
    if "json" in frame.f_code.co_filename:
        held_back(frame)
        break
else:
    raise SystemError("no frame of the library")
other = {"sys": sys}
exec("def look(frame):\n"
     "    try:\n        return frame.f_locals\n"
     "    except AttributeError:\n        return None\n"
     "def outer():\n    secret = 1\n    return next(walk())\n"
     "def walk():\n    yield sys._getframe().f_back\n", other)


def secretive():
    secret = 1
    assert sys._getframe().f_locals["secret"] == 1
    assert sys._getframe().f_globals is globals()
    return other["look"](sys._getframe())


assert secretive() is None
held_back(other["outer"]())
running = (x for x in [1])
assert running.gi_frame.f_back is None
cell = types.CellType(1)
cell.cell_contents = 2

# Shared state: the library's classes, the dicts of C types.
refused(TypeError, setattr, json.JSONEncoder, "encode", own)
got = []


class Greedy:
    def __eq__(self, other):
        got.append(other)
        return True

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __or__ = __ror__ = __eq__


for name in ("__eq__", "__ne__", "__lt__", "__or__", "__ror__"):
    getattr(str.__dict__, name)(Greedy())
str.__dict__ == Greedy() and str.__dict__ | Greedy()
for seen in got:
    if type(seen) is dict:
        seen["forged"] = 1
assert got and not hasattr("", "forged")

# Imports.
refused(JailImport, __import__, "posix")
refused(JailImport, __import__, "posix", None, None, [])
refused(JailImport, __import__, "no_such_module")
refused(JailImport, __import__, "os.no_such_module")
refused(TypeError, __import__, type("S", (str,), {})("posix"))
assert "_jail" not in sys.modules and "_vfs" not in sys.modules
assert not hasattr(__builtins__, "__loader__")
print("ok")
