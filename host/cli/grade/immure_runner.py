"""The grader's guest: finds the tests, runs them, tells what came of each."""
import doctest
import io
import sys
import types
import unittest

import immure_grade
from immure_grade import StudentDied, StudentError, _line, _tell

MESSAGE_MAX = 4000
TESTS_MAX = 5000


class Test:
    def __init__(self, name, call, marks):
        self.name = name
        self.call = call
        self.max = getattr(marks, "points", 1)
        self.ms = getattr(marks, "timeout_ms", 0)
        self.call_ms = getattr(marks, "call_ms", 0)
        self.fresh = getattr(marks, "fresh", False)
        self.hidden = getattr(marks, "hidden", False)

    def about(self):
        return {"name": self.name, "max": self.max, "hidden": self.hidden}


def _of_case(case, name):
    """A method of a TestCase, with what is set up and torn down for it and
    its class."""
    def call():
        result = unittest.TestResult()
        test = case(name)
        caught = []

        def keep(_, exc):
            caught.append(exc[1])
        result.addError = result.addFailure = keep
        result.addSubTest = lambda _test, _sub, exc: \
            caught.append(exc[1]) if exc else None
        result.addSkip = lambda _, why: caught.append(unittest.SkipTest(why))
        result.addUnexpectedSuccess = lambda _: caught.append(
            AssertionError("it was expected to fail"))
        unittest.TestSuite([test]).run(result)
        if caught:
            raise caught[0]
    return call


def _of_doctest(examples):
    def call():
        said = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(examples, out=said.write)
        if runner.failures:
            raise AssertionError(said.getvalue())
    return call


def find(module, source):
    """The module's tests, in the order of their definition."""
    for name, value in list(vars(module).items()):
        if isinstance(value, types.FunctionType) and name.startswith("test"):
            yield Test(name, value, value)
        elif isinstance(value, type) and issubclass(value, unittest.TestCase):
            for method in unittest.defaultTestLoader.getTestCaseNames(value):
                marks = getattr(value, method)
                yield Test("%s.%s" % (name, method),
                           _of_case(value, method), marks)
    if ">>>" not in source:
        return
    finder = doctest.DocTestFinder(exclude_empty=True)
    for examples in finder.find(module, module.__name__):
        if examples.examples:
            yield Test("doctest " + examples.name, _of_doctest(examples),
                       None)


def _amount(test, returned):
    """The points of a test that ended well."""
    if returned is None or returned is True:
        return test.max
    if returned is False:
        return 0
    if type(returned) not in (int, float) or not 0 <= returned <= test.max:
        raise TypeError("%s() returns %r: a test returns None, a bool, or "
                        "points from 0 to %s" % (test.name, returned,
                                                 test.max))
    return returned


def _message(error):
    if isinstance(error, StudentError) and error.text:
        return error.text
    text = str(error)
    if text and not isinstance(error, AssertionError):
        text = "%s: %s" % (type(error).__name__, text)
    return text or _line_of(error)


def _line_of(error):
    """The line of the test that failed without a word."""
    import traceback
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.line for f in frames if "immure_" not in f.filename and f.line]
    return lines[-1] if lines else type(error).__name__


def run(test):
    """(points, verdict, message)."""
    # What was computed in another test's time must not be there in this one's.
    _line.begin(test.ms, test.call_ms, test.fresh or test.ms > 0)
    returned = test.call()
    amount = _amount(test, returned)
    if _line.died is not None:
        raise StudentDied(_line.died)
    if amount == test.max:
        return amount, "ok", ""
    return amount, "wrong", "%s of %s points" % (amount, test.max)


def judge(test):
    try:
        return run(test)
    except StudentDied as error:
        return 0, error.verdict, str(error)
    except unittest.SkipTest as error:
        return 0, "skipped", str(error)
    except BaseException as error:
        verdict = _line.died or (
            "error" if isinstance(error, StudentError) else
            "wrong" if isinstance(error, AssertionError) else "error")
        return 0, verdict, _message(error)


def _shown(text):
    """What can be told of a text of the student's: half characters and nulls
    are no text to those who read it."""
    return text[:MESSAGE_MAX].encode("utf-8", "replace").decode(
        "utf-8").replace("\0", "\ufffd")


def load(filename, source):
    module = types.ModuleType("tests")
    module.__file__ = filename
    sys.modules["tests"] = module
    for name in immure_grade.__all__:
        setattr(module, name, getattr(immure_grade, name))
    exec(compile(source, "/job/" + filename, "exec", dont_inherit=True),
         vars(module))
    return module


def main(filename):
    with open(filename, "rb") as file:
        source = file.read()
    tests = list(find(load(filename, source), source.decode("latin-1")))
    if not 0 < len(tests) <= TESTS_MAX:
        raise ValueError("%d tests: at least one function test_*, TestCase or "
                         "doctest, and at most %d" % (len(tests), TESTS_MAX))
    _tell("plan", tests=[test.about() for test in tests])
    for at, test in enumerate(tests):
        amount, verdict, message = judge(test)
        _line.told = {"at": at, "points": amount, "verdict": verdict,
                      "message": _shown(message), "output": _shown(_line.out)}
    if _line.told is not None:
        _tell("test", **_line.told)
