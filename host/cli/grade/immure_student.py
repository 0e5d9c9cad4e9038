"""The student's side: the submission, and who answers for it.

It shares its guest with the student's code, which can change anything here:
so it decides nothing.  The worst that code can do is to send another answer
to the question that was asked, or to keep notes for the next.
"""
import io
import sys
import types

from immure import gateway
from immure_data import PLAIN, DataError, Decoder, Encoder
from immure_traces import Traces

OUTPUT_MAX = 64 << 10
FUNCTIONS_MAX = 1000

# The status of a guest that may not serve another test.
USED_UP = 3

_exchange = gateway.exchange


class Side:
    """The submission in one test."""

    def __init__(self, filename, code):
        self.filename = filename
        self.code = code
        self.module = None
        self.objects = []
        self.numbers = {}
        self.told = None    # the functions that the tests know of

    def refer(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        name = getattr(value, "__name__", type(value).__name__)
        return [number, _kind(value), str(name)[:100]]

    def resolve(self, number):
        if number is None:
            return self.module
        if type(number) is str:
            return getattr(self.module, number)
        return self.objects[number]

    def load(self, name="student"):
        """Run the submission from its first line."""
        if isinstance(self.code, SyntaxError):
            raise self.code.with_traceback(None)
        module = types.ModuleType(name)
        module.__file__ = self.filename
        sys.modules[name] = module
        self.module = module
        exec(self.code, vars(module))

    def ask(self, question):
        what = question["op"]
        if what == "run":
            return self.run(question)
        if self.module is None:
            self.load()
        target = self.resolve(question["on"])
        decoder = Decoder(self.resolve)
        args = [decoder.decode(arg) for arg in question.get("args", ())]
        kwargs = {name: decoder.decode(value) for name, value
                  in question.get("kwargs", {}).items()}
        if what == "get":
            return getattr(target, *args)
        if what == "set":
            return setattr(target, *args)
        if what == "next":
            return next(target)
        if what == "iter":
            return iter(target)
        return target(*args, **kwargs)

    def run(self, question):
        """The submission as a script: [status, stderr]."""
        before = sys.argv, sys.stderr, sys.modules["__main__"]
        sys.argv = [self.filename, *map(str, question.get("args", ()))]
        err = sys.stderr = _stream()
        try:
            self.load("__main__")
            status = 0
        except SystemExit as leaving:
            status = _status(leaving.code, err)
        finally:
            self.module = None
            sys.argv, sys.stderr, sys.modules["__main__"] = before
        return [status, _text(err)]

    def functions(self):
        """{name: kind} of what tests can call by name, when it has changed."""
        if self.module is None:
            return None
        now = {name: _kind(value) for name, value
               in list(vars(self.module).items())[:FUNCTIONS_MAX]
               if type(name) is str and name.isidentifier()
               and callable(value) and not isinstance(value, PLAIN)}
        if now == self.told:
            return None
        self.told = now
        return now


def _kind(value):
    return ("class" if isinstance(value, type) else
            "function" if callable(value) else
            "iterator" if hasattr(type(value), "__next__") else "object")


def _status(code, err):
    """As the interpreter takes what sys.exit() was given."""
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) & 0xff
    err.write("%s\n" % (code,))
    return 1


def _stream(text=""):
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")),
                            encoding="utf-8", write_through=True)


def _text(stream):
    return stream.buffer.getvalue()[:OUTPUT_MAX].decode("utf-8", "replace")


def _describe(error):
    """[names of its classes, message, traceback]: text alone."""
    import traceback
    trace = error.__traceback__
    while trace is not None and \
            trace.tb_frame.f_code.co_filename.startswith("<immure "):
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    return [[kind.__name__ for kind in type(error).__mro__][:20],
            str(error)[:10000], text[-20000:]]


def _answer(side, question):
    """What becomes of a question, as a message's text."""
    sys.stdin = _stream(question.get("stdin", ""))
    out = sys.stdout = _stream()
    answer = {}
    encoder = Encoder(side.refer)
    try:
        answer["value"] = encoder.encode(side.ask(question))
    except StopIteration as error:
        if question["op"] == "next":
            answer["stop"] = True
        else:
            answer["raise"] = _describe(error)
    except DataError as error:
        answer["raise"] = [["ValueError"], "the answer can't be sent: %s"
                           % error, ""]
    except Exception as error:
        answer["raise"] = _describe(error)
    answer["out"] = _text(out)
    functions = side.functions()
    if functions is not None:
        answer["functions"] = functions
    try:
        return encoder.text(answer)
    except DataError as error:
        return encoder.text({"raise": [
            ["ValueError"], "the answer can't be sent: %s" % error, ""],
            "out": ""})


_submissions = {}


def _submission(filename):
    """(the submission's code, or the SyntaxError that it is; its traces)."""
    if filename not in _submissions:
        with open(filename, "rb") as file:
            source = file.read()
        try:
            code = compile(source, filename, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            code = error if isinstance(error, SyntaxError) else \
                SyntaxError(str(error))
        _submissions[filename] = code, Traces(code)
    return _submissions[filename]


def serve(filename):
    """Answer the questions of one test.  Ends with a status other than 0 when
    another test had better begin in a fresh guest."""
    code, traces = _submission(filename)
    side = Side(filename, code)
    text = b""
    while True:
        question = Decoder(side.resolve).message(_exchange("next", text))
        if question["op"] == "end":
            break
        text = _answer(side, question)
    sys.modules.pop("student", None)
    if traces.left():
        sys.exit(USED_UP)
