"""The student's side: the submission, and who answers for it.

It shares its guest with the student's code, which can change anything here:
so it decides nothing.  The worst that code can do is to send another answer
to the question that was asked.
"""
import io
import sys
import types

from immure import gateway
from immure_data import DataError, Decoder, Encoder

OUTPUT_MAX = 64 << 10

_exchange = gateway.exchange


class Side:
    def __init__(self):
        self.module = types.ModuleType("student")
        self.objects = []
        self.numbers = {}

    def refer(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        kind = ("class" if isinstance(value, type) else
                "function" if callable(value) else
                "iterator" if hasattr(type(value), "__next__") else "object")
        name = getattr(value, "__name__", type(value).__name__)
        return [number, kind, str(name)[:100]]

    def resolve(self, number):
        return self.module if number is None else self.objects[number]

    def load(self, filename, source):
        sys.modules["student"] = self.module
        self.module.__file__ = filename
        exec(compile(source, filename, "exec"), vars(self.module))

    def ask(self, question):
        what = question["op"]
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


def _describe(error):
    """[names of its classes, message, traceback]: text alone."""
    import traceback
    trace = error.__traceback__
    while trace is not None and \
            trace.tb_frame.f_code.co_filename.startswith("/job/immure_"):
        trace = trace.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    return [[kind.__name__ for kind in type(error).__mro__][:20],
            str(error)[:10000], text[-20000:]]


def _answer(side, work):
    """What becomes of a question, as a message's text."""
    out = sys.stdout = io.StringIO()
    answer = {}
    encoder = Encoder(side.refer)
    try:
        answer["value"] = encoder.encode(work())
    except StopIteration:
        answer["stop"] = True
    except DataError as error:
        answer["raise"] = [["ValueError"], "the answer can't be sent: %s"
                           % error, ""]
    except Exception as error:
        answer["raise"] = _describe(error)
    answer["out"] = out.getvalue()[:OUTPUT_MAX]
    try:
        return encoder.text(answer)
    except DataError as error:
        return encoder.text({"raise": [
            ["ValueError"], "the answer can't be sent: %s" % error, ""],
            "out": ""})


def main(filename):
    side = Side()
    with open(filename, "rb") as file:
        source = file.read()
    text = _answer(side, lambda: side.load(filename, source))
    while True:
        question = Decoder(side.resolve).message(_exchange("next", text))
        sys.stdin = io.StringIO(question.get("stdin", ""))
        text = _answer(side, lambda: side.ask(question))
