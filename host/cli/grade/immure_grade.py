"""What tests are written with: `from immure_grade import *`.

    @points(2)
    @timeout("500ms")
    def test_square():
        assert student.square(3) == 9

`student` is the submission, in a guest of its own.  Calling its functions,
making instances of its classes and iterating over its generators are calls to
that guest; what comes back is data of exact builtin types, or a reference.
"""
import builtins
import json

from immure import gateway
from immure_data import DataError, Decoder, Encoder

__all__ = ["Run", "StudentDied", "StudentError", "fresh", "hidden", "output",
           "points", "stdin", "student", "timeout"]

ITERATIONS_MAX = 100000
POINTS_MAX = 1000000


class StudentError(Exception):
    """An exception of the student's code, with its own text.  One of a builtin
    kind is of that kind, too, so that assertRaises(ValueError) meets it."""

    def __init__(self, kind="", message="", text=""):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.text = text

    def __str__(self):
        return "%s: %s" % (self.kind, self.message)


class StudentDied(Exception):
    """The student's process ended: the test is lost, whatever it does now."""

    def __init__(self, verdict):
        super().__init__("the submission's process ended: %s" % verdict)
        self.verdict = verdict


_NOT_MIXED = ("StopIteration", "StopAsyncIteration", "GeneratorExit")
_mixed = {}


def _student_error(raised):
    names, message, text = raised
    base = StudentError
    for name in names:
        kind = getattr(builtins, str(name), None)
        if isinstance(kind, type) and issubclass(kind, Exception) and \
                kind is not Exception and name not in _NOT_MIXED and \
                not issubclass(kind, UnicodeError):
            if name not in _mixed:
                _mixed[name] = type("StudentError", (StudentError, kind), {})
            base = _mixed[name]
            break
    return base(str(names[0]) if names else "?", str(message), str(text))


class _Line:
    """The way to the student's guest, and what one test has seen of it."""

    died = None
    out = ""
    stdin = ""
    call_ms = 0
    told = None         # of the test before: goes with the next begin()

    def __init__(self):
        self.functions = {}     # name: kind, of the submission's own

    def begin(self, ms, call_ms, fresh):
        """A test begins: the submission is loaded anew when it is asked for
        something."""
        self.died, self.out, self.stdin = None, "", ""
        self.call_ms = call_ms
        head = {"ms": ms, "fresh": fresh, "told": self.told}
        self.told = None
        self._exchange("test", json.dumps(head).encode("ascii"))

    def ask(self, on, op, args=(), kwargs=None):
        encoder = Encoder(_no_reference)
        question = {"op": op, "on": on, "stdin": self.stdin,
                    "args": [encoder.encode(arg) for arg in args],
                    "kwargs": {name: encoder.encode(value) for name, value
                               in (kwargs or {}).items()}}
        return self._take(self._exchange(
            "ask", b"%d\n" % self.call_ms + encoder.text(question)), op)

    def _exchange(self, function, data):
        if self.died is not None:
            raise StudentDied(self.died)
        try:
            return gateway.exchange(function, data)
        except gateway.GatewayError as error:
            self.died = str(error)
            raise StudentDied(self.died) from None

    def _take(self, text, op):
        decoder = Decoder(_Reference)
        try:
            answer = decoder.message(text)
            out = answer.get("out", "")
            self.out = out if type(out) is str else ""
            if "functions" in answer:
                self._know(answer["functions"])
            if "raise" in answer:
                raise _student_error(answer["raise"])
            # Nowhere else: all(map(check, cases)) would take it for the end
            # of its cases.
            if "stop" in answer and op == "next":
                raise StopIteration
            return decoder.decode(answer["value"])
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, StudentError):
                raise
            raise StudentError("DataError", "an answer that is no data: %s"
                               % error) from None

    def _know(self, functions):
        if type(functions) is not dict or \
                any(type(kind) is not str for kind in functions.values()):
            raise DataError("malformed")
        self.functions = functions


_line = _Line()


def _no_reference(value):
    if type(value) is _Reference:
        return object.__getattribute__(value, "_number")
    raise TypeError("a %s can't be given to the student's code: only data of "
                    "builtin types can" % type(value).__name__)


def _no_comparison(self, other):
    raise TypeError("%r can't be compared: the student's own code would say "
                    "how. Ask it for data" % self)


class _Reference:
    """Something that stays on the student's side."""

    def __init__(self, about):
        number, kind, name = about
        if type(number) not in (int, str) or type(kind) is not str or \
                type(name) is not str:
            raise DataError("a malformed reference")
        set_ = object.__setattr__
        set_(self, "_number", number)
        set_(self, "_kind", kind)
        set_(self, "_name", name)

    def __repr__(self):
        get = object.__getattribute__
        return "<the student's %s %s>" % (get(self, "_kind"),
                                          get(self, "_name"))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _line.ask(self._number, "get", (name,))

    def __setattr__(self, name, value):
        _line.ask(self._number, "set", (name, value))

    def __call__(self, *args, **kwargs):
        return _line.ask(self._number, "call", args, kwargs)

    def __iter__(self):
        number = self._number
        if self._kind != "iterator":
            made = _line.ask(number, "iter")
            if type(made) is not _Reference:
                raise TypeError("%r has an iterator that is none" % self)
            number = made._number
        for _ in range(ITERATIONS_MAX):
            try:
                item = _line.ask(number, "next")
            except StopIteration:
                return
            yield item
        raise StudentError("RuntimeError", "more than %d items"
                           % ITERATIONS_MAX)

    def __next__(self):
        return _line.ask(self._number, "next")

    def __bool__(self):
        raise TypeError("%r is neither true nor false: ask it for data" % self)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _no_comparison
    __hash__ = object.__hash__


def _forward(name):
    def method(self, *args):
        try:
            bound = _line.ask(self._number, "get", (name,))
        except AttributeError:
            raise TypeError("%r has no %s" % (self, name)) from None
        return bound(*args)
    return method


for _name in ("__len__", "__getitem__", "__setitem__", "__delitem__",
              "__contains__", "__add__", "__sub__", "__mul__", "__truediv__",
              "__floordiv__", "__mod__", "__pow__", "__neg__", "__abs__",
              "__and__", "__or__", "__xor__", "__enter__", "__exit__"):
    setattr(_Reference, _name, _forward(_name))


class _Student:
    """The submission's module."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name):
        kind = _line.functions.get(name)
        if kind is not None:
            return _Reference((name, kind, name))
        return _line.ask(None, "get", (name,))

    def __setattr__(self, name, value):
        _line.functions.pop(name, None)
        _line.ask(None, "set", (name, value))

    def __repr__(self):
        return "<the submission>"

    def run(self, stdin=None, args=(), check=True):
        """Run the submission as a script, from its first line to its end: a
        Run.  STDIN is what it reads, ARGS its sys.argv[1:].  An uncaught
        exception of it is raised here, unless CHECK is false.

        student["run"] is a function of its own of that name."""
        if stdin is not None:
            _set_stdin(stdin)
        error = None
        status, stderr = 1, ""
        try:
            status, stderr = _line.ask(None, "run", args)
        except StudentError as raised:
            if check:
                raise
            error, stderr = raised, raised.text
        except (ValueError, TypeError):
            raise StudentError("DataError", "no end of a script") from None
        if type(status) is not int or type(stderr) is not str:
            raise StudentError("DataError", "no end of a script")
        return Run(_line.out, stderr, status, error)


class Run:
    """What a script did: stdout and stderr are texts, status what sys.exit()
    was given (0), error the exception that ended it, or None."""

    def __init__(self, stdout, stderr, status, error):
        self.stdout = stdout
        self.stderr = stderr
        self.status = status
        self.error = error

    def __repr__(self):
        return "Run(stdout=%r, stderr=%r, status=%r, error=%r)" % (
            self.stdout, self.stderr, self.status, self.error)


student = _Student()


def _set_stdin(text):
    if type(text) is not str:
        raise TypeError("stdin is a text, not a %s" % type(text).__name__)
    _line.stdin = text


def output():
    """What the last call has printed."""
    return _line.out


def stdin(text):
    """What input() and sys.stdin give in the calls that follow."""
    _set_stdin(text)


# --- how tests are marked


def points(number):
    """This test is worth so many points (1).  A test that returns a number
    has that many of them; one that returns False none."""
    if type(number) not in (int, float) or not 0 <= number <= POINTS_MAX:
        raise ValueError("%r: points are a number from 0 to %d"
                         % (number, POINTS_MAX))

    def mark(test):
        test.points = number
        return test
    return mark


_UNITS = {"ms": 1, "s": 1000, "m": 60000}


def _milliseconds(time):
    number = time
    unit = "s"
    if isinstance(time, str):
        digits = time.rstrip("ms")
        unit = time[len(digits):]
        try:
            number = float(digits) if unit in _UNITS else -1
        except ValueError:
            number = -1
    if not isinstance(number, (int, float)) or not 0 < number < 1e6:
        raise ValueError("%r is no time: write \"500ms\", \"2s\", or seconds"
                         % (time,))
    return max(1, round(number * _UNITS[unit]))


def timeout(time, call=None):
    """Processor time that the student's code may take in this test: "500ms",
    "2s", or seconds; with CALL, wall-clock time that each call may take."""
    ms = _milliseconds(time)
    call_ms = 0 if call is None else _milliseconds(call)

    def mark(test):
        test.timeout_ms = ms
        test.call_ms = call_ms
        return test
    return mark


def fresh(test):
    """The submission has a process of its own in this test."""
    test.fresh = True
    return test


def hidden(test):
    """Students see neither the message nor the output of this test."""
    test.hidden = True
    return test


def _tell(what, **facts):
    gateway.exchange("tell", json.dumps([what, facts]).encode("ascii"))
