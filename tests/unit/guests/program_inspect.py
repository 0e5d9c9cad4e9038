"""A program that looks at itself: names, lines, signatures, warnings."""
import abc
import collections
import contextlib
import contextvars
import dataclasses
import enum
import functools
import gc
import inspect
import io
import logging
import logging.config
import sys
import traceback
import types
import typing
import warnings
import weakref


def who(depth=1):
    return sys._getframe(depth).f_code.co_name


def caller():
    here = inspect.currentframe()
    assert here.f_locals["here"] is here and here.f_globals is globals()
    assert inspect.stack()[1].function == "outer"
    assert inspect.getframeinfo(here.f_back).function == "outer"
    return who(), here.f_back.f_lineno


def outer():
    return caller()


name, line = outer()
assert name == "caller" and line == outer.__code__.co_firstlineno + 1


def fail(n):
    key = "secret %d" % n
    return {}[key] if n == 0 else fail(n - 1)


try:
    try:
        fail(2)
    except KeyError as error:
        raise RuntimeError("wrapped") from error
except RuntimeError as error:
    text = "".join(traceback.format_exception(error))
    cause = error.__cause__.__traceback__
    while cause.tb_next:
        cause = cause.tb_next
    assert cause.tb_frame.f_code is fail.__code__
    assert cause.tb_frame.f_locals["key"] == "secret 0"
    shown = traceback.TracebackException.from_exception(
        error, capture_locals=True)
    assert any("key" in (f.locals or ()) for f in shown.__cause__.stack)
    error.add_note("a note")
    assert traceback.format_exception_only(error)[-1] == "a note\n"
assert "direct cause" in text and "return {}[key]" in text
assert text.count("in fail") == 3 and "^^^^^^^" in text
assert traceback.extract_stack()[-1].line.startswith("assert traceback")
assert "outer" in inspect.getsource(outer)
assert inspect.getsourcelines(fail)[1] == fail.__code__.co_firstlineno


def typed(a: int, /, b: "str" = "x", *args: float, c, **kw) -> "list[int]":
    """Typed."""


signature = inspect.signature(typed)
assert str(signature) == \
    "(a: int, /, b: 'str' = 'x', *args: float, c, **kw) -> 'list[int]'"
bound = signature.bind(1, c=2, z=3)
bound.apply_defaults()
assert bound.arguments["b"] == "x" and bound.kwargs == {"c": 2, "z": 3}
assert typing.get_type_hints(typed)["return"] == list[int]
assert str(inspect.signature(functools.partial(typed, 1, c=2)))
assert inspect.getdoc(typed) == "Typed." and inspect.isfunction(typed)
assert {n for n, _ in inspect.getmembers(enum.Enum)} >= {"__doc__"}


@functools.singledispatch
def show(value):
    return "?"


@show.register
def _(value: int | float):
    return "number"


show.register(list, lambda value: "list of " + show(value[0]))
assert (show(1), show("a"), show([2.5])) == ("number", "?", "list of number")


@dataclasses.dataclass(order=True, frozen=True, slots=True)
class Version:
    major: int
    minor: int = 0
    tags: tuple = dataclasses.field(default=(), compare=False, repr=False)

    def __post_init__(self):
        if self.major < 0:
            raise ValueError(self.major)


assert Version(1) < Version(1, 2) and repr(Version(1)) == \
    "Version(major=1, minor=0)"
assert dataclasses.asdict(dataclasses.replace(Version(1), minor=3))["minor"] == 3
made = dataclasses.make_dataclass("Made", [("x", int), ("y", int, 2)])
assert made(1).y == 2 and made.__module__


class Perm(enum.Flag):
    R, W = enum.auto(), enum.auto()


Color = enum.StrEnum("Color", "RED BLUE")
assert Perm.R | Perm.W and Color.RED == "red" and Color.__module__ == __name__
Point = collections.namedtuple("Point", "x y", defaults=[0])
assert Point(1)._replace(y=2) == (1, 2) and Point.__module__ == __name__
T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    def __init_subclass__(cls, **kw):
        cls.kw = kw


class Named(Box[int], kind="k"):
    pass


class Shape(abc.ABC):
    @property
    @abc.abstractmethod
    def area(self): ...


try:
    Shape()
except TypeError as error:
    assert "abstract" in str(error)
assert Named.kw == {"kind": "k"} and typing.get_args(Box[int]) == (int,)
assert T.__module__ == __name__

out = io.StringIO()
logging.basicConfig(stream=out, level="DEBUG", force=True,
                    format="%(levelname)s %(funcName)s:%(lineno)d %(message)s")


def logs():
    logging.getLogger("a.b").warning("w %d", 1)
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("failed")


logs()
assert out.getvalue().startswith(
    "WARNING logs:%d w 1\n" % (logs.__code__.co_firstlineno + 1))
assert "ZeroDivisionError" in out.getvalue() and "1 / 0" in out.getvalue()
with contextlib.redirect_stdout(io.StringIO()) as out:
    logging.config.dictConfig({
        "version": 1, "formatters": {"f": {"format": "%(name)s: %(message)s"}},
        "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f",
                           "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["h"], "level": "INFO"}})
    logging.info("configured")
assert out.getvalue() == "root: configured\n"

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    exec("def old():\n    warnings.warn('old', DeprecationWarning, 2)\n")
    old()
assert caught[0].filename == __file__ and caught[0].category is \
    DeprecationWarning
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("now an error")
    except UserWarning:
        pass


class Node:
    pass


node, freed = Node(), []
ref = weakref.ref(node, lambda r: freed.append("ref"))
weakref.finalize(node, freed.append, "final")
cache = weakref.WeakValueDictionary(node=node)
del node
gc.collect()
assert ref() is None and sorted(freed) == ["final", "ref"] and not cache
assert sys.getsizeof([0] * 100) > sys.getsizeof([]) and [].__sizeof__()
assert sys.getrefcount(object()) == 1 and sys.version_info[:2] >= (3, 11)
var = contextvars.ContextVar("var", default=0)
copy = contextvars.copy_context()
copy.run(var.set, 5)
assert var.get() == 0 and copy[var] == 5


def counter():
    count = 0

    def step():
        nonlocal count
        count += 1
        return count
    return step


step = counter()
step()
assert inspect.getclosurevars(step).nonlocals == {"count": 1}
step.__closure__[0].cell_contents = 41
assert step() == 42
copied = types.FunctionType(step.__code__.replace(co_name="copied"),
                            globals(), "copied", None, step.__closure__)
assert copied() == 43 and copied.__name__ == "copied"


def numbers():
    x = yield 1
    yield x


generator = numbers()
assert inspect.getgeneratorstate(generator) == "GEN_CREATED"
next(generator)
assert inspect.getgeneratorlocals(generator) == {}
assert generator.gi_frame.f_lineno == numbers.__code__.co_firstlineno + 1
print("ok")
