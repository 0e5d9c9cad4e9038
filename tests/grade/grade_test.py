"""immure grade: what tests can say, and that no submission marks itself."""

import json
import os
import sys
import textwrap
import unittest

from common import RIGHT, TESTS, GradeCase, immure

ALL_STUDENT = '''
import collections
LIMIT = 10
class Stack:
    def __init__(self, *items): self.items = list(items)
    def push(self, item): self.items.append(item); return self
    def pop(self): return self.items.pop()
    def __len__(self): return len(self.items)
def same(*args, **kwargs): return [args, kwargs]
def count():
    n = 0
    while True: yield n; n += 1
def upto(n): yield from range(n)
def ask(): print("hi", input())
def bad(n): raise ValueError("not %r" % n)
Point = collections.namedtuple("Point", "x y")
def point(): return Point(1, 2)
def size(stack): return len(stack)
'''

ALL_TESTS = '''
import unittest
VALUES = [None, True, 5, -2 ** 70, 1.5, float("inf"), 1j, "\\ud800",
          b"\\xff", [1, [2]], (1,), {1: {"a": ()}}, {1, 2}]
def test_data():
    assert student.same(*VALUES, k=VALUES) == \\
        [tuple(VALUES), {"k": VALUES}]
    assert type(student.point()) is tuple
    assert student.LIMIT == 10
def test_instances():
    s = student.Stack(1)
    assert s.push(2).push(3).pop() == 3
    assert len(s) == 2 and s.items == [1, 2]
    assert student.size(s) == 2
def test_generators():
    assert list(student.upto(3)) == [0, 1, 2]
    c = student.count()
    assert [next(c) for _ in range(3)] == [0, 1, 2]
def test_streams():
    stdin("there")
    student.ask()
    assert output() == "hi there\\n"
@points(3)
def test_partial(): return 1.5
def test_false(): return False
class TestMore(unittest.TestCase):
    def setUp(self): self.n = 3
    @hidden
    @points(2)
    def test_raises(self):
        with self.assertRaises(ValueError) as caught:
            student.bad(self.n)
        self.assertEqual(caught.exception.message, "not 3")
    def test_subtests(self):
        for n in range(2):
            with self.subTest(n=n): self.assertEqual(n, 0)
    @unittest.skip("not today")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_unexpected(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
class TestClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.stack = student.Stack(4)
    def test_first(self): self.assertEqual(self.stack.pop(), 4)
    def test_second(self): self.assertEqual(self.stack.pop(), 4)
class TestNoClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): student.bad(1)
    def test_never(self): pass
def helper():
    """
    >>> student.same(1)
    [(1,), {}]
    >>> [n for n in student.upto(2)]
    [0, 1]
    """
'''


class Marks(GradeCase):
    def test_right_and_wrong(self):
        result = json.loads(self.grade(RIGHT))
        self.assertEqual((result["score"], result["max"]), (3, 3))
        self.assertTrue(all(t["passed"] and t["verdict"] == "ok"
                            for t in result["tests"]))
        self.assertEqual((result["student"], result["signature"]),
                         ("s.py", None))
        marks = self.marks("def square(n): return n + 6\n"
                           "def words(text): raise KeyError('no')\n")
        square, words = marks["test_square"], marks["test_words"]
        self.assertEqual((square["points"], square["verdict"]), (0, "wrong"))
        self.assertIn("student.square(-4) == 16", square["message"])
        self.assertEqual((words["points"], words["verdict"]), (0, "error"))
        self.assertIn('"submission.py", line 2, in words', words["message"])

    def test_all_that_tests_can_use(self):
        marks = self.marks(ALL_STUDENT, ALL_TESTS)
        self.assertEqual(
            {name: t["points"] for name, t in marks.items()},
            {"test_data": 1, "test_instances": 1, "test_generators": 1,
             "test_streams": 1, "test_partial": 1.5, "test_false": 0,
             "TestMore.test_raises": 2, "TestMore.test_skipped": 0,
             "TestMore.test_subtests": 0, "TestMore.test_unexpected": 0,
             "TestMore.test_expected": 1, "TestClass.test_first": 1,
             "TestClass.test_second": 1, "TestNoClass.test_never": 0,
             "doctest tests.helper": 1},
            {name: t["message"] for name, t in marks.items()})
        self.assertTrue(marks["TestMore.test_raises"]["hidden"])

    @unittest.skipIf("SANITIZERS" in os.environ,
                     "a sanitizer has its own way to crash and run out")
    def test_a_death_costs_one_test(self):
        student = '''
            import os, sys
            def loop():
                while True: pass
            def swallow():
                while True:
                    try:
                        while True: pass
                    except BaseException: pass
            def leave(): sys.exit(0)
            def eat(): return bytearray(10 ** 10)
            def crash():
                x = ()
                for _ in range(10 ** 6): x = (x,)
                hash(x)
            def fine(): return 1
            '''
        tests = "".join(textwrap.dedent('''
            @timeout(%r)
            def test_%s():
                assert student.%s() == 1
            ''') % ("400ms" if name in ("loop", "swallow") else "1m",
                    name, name) for name in
            ("loop", "swallow", "leave", "eat", "crash", "fine"))
        tests += textwrap.dedent('''
            @timeout("400ms")
            def test_kept_quiet():
                try: student.loop()
                except Exception: pass
            ''')
        verdicts = {n: t["verdict"] for n, t in
                    self.marks(student, tests).items()}
        self.assertIn(verdicts.pop("test_loop"), ("cpu", "wall", "error"))
        self.assertIn(verdicts.pop("test_swallow"), ("cpu", "wall"))
        self.assertIn(verdicts.pop("test_kept_quiet"), ("cpu", "wall", "ok"))
        self.assertEqual(verdicts, {"test_leave": "exit", "test_eat": "error",
                                    "test_crash": "crashed",
                                    "test_fine": "ok"})

    def test_a_submission_that_cannot_be_loaded(self):
        for student in ("1 +", "import sys; sys.exit(0)", "while True: pass",
                        "raise ValueError", ""):
            with self.subTest(student):
                marks = self.points(student, "@timeout(1)\n"
                                    "def test(): student.square\n")
                self.assertEqual(marks, {"test": 0})

    def test_tests_that_are_wrong(self):
        for tests, words in (("1 +", "SyntaxError"),
                             ("import os\nos.system('x')", "line 2"),
                             ("raise KeyError('x')", "KeyError"),
                             ("x = 1", "0 tests"),
                             ("@points(-1)\ndef test(): 0", "points"),
                             ("@points('2')\ndef test(): 0", "points")):
            with self.subTest(tests):
                said = immure("grade", "--tests", self.path("t.py", tests),
                              "--student", self.path("s.py", RIGHT),
                              status=125)
                self.assertIn("t.py", said)
                self.assertIn(words, said)


# Each wants the marks of test_square and test_words, and may have none.
TAMPERERS = {
    "lying __eq__": '''
        class Liar(int):
            def __eq__(self, other): return True
            __hash__ = None
        class Free:
            def __eq__(self, other): return True
            def __bool__(self): return True
        def square(n): return Liar(0)
        def words(text): return Free()
        ''',
    "subclasses": '''
        class D(dict):
            def __eq__(self, other): return True
            def items(self): return [(1, 2)]
        class I(int):
            def __eq__(self, other): return True
            def __int__(self): return 5
            def __index__(self): return 5
        def square(n): return I(3)
        def words(text): return D(a=9)
        ''',
    "exit(0)": "import sys\nsys.exit(0)",
    "exit in a call": '''
        import os, sys
        def square(n): os._exit(0) if hasattr(os, "_exit") else sys.exit(0)
        def words(text): raise SystemExit(0)
        ''',
    "patched builtins": '''
        import builtins, json, operator, sys
        builtins.AssertionError = builtins.isinstance = lambda *a: True
        json.dumps = lambda *a, **k: '{"value": true}'
        json.loads = lambda *a, **k: {}
        def square(n): return 0
        def words(text): return {}
        ''',
    "forged frames": '''
        import os
        def square(n):
            for fd in range(10):
                try: os.write(fd, b"\\x01\\x17\\0\\0\\x02\\0\\0\\0\\0\\0" * 20)
                except OSError: pass
        words = square
        ''',
    "forged answers": '''
        from immure import gateway
        for text in (b'{"value": true, "out": ""}', b"9", b"[]", b"{",
                     b'{"value": ["r", [0, "function", "square"]]}',
                     b'{"value": ["d", [[["l", []], 1]]]}', b"\\xff" * 1000):
            gateway.exchange("next", text)
        ''',
    "others' functions": '''
        from immure import gateway
        for name in ("tell", "open", "ask"):
            try: gateway.exchange(name, b'["test", {"points": 2}]')
            except Exception: pass
        def square(n): return 0
        def words(text): return 0
        ''',
    "the runner's names": '''
        import sys
        import immure_grade, immure_runner
        immure_runner.judge = immure_runner.run = lambda t: (9, "ok", "")
        immure_grade._tell("test", name="test_square", points=2)
        ''',
    "frames of the caller": '''
        import sys
        def square(n):
            f = sys._getframe()
            while f is not None:
                for name in ("expected", "answer", "side"):
                    if name in (f.f_locals or {}): f.f_locals[name] = 9
                f = f.f_back
        words = square
        ''',
    "deep answers": '''
        def square(n):
            x = []
            for _ in range(100000): x = [x]
            return x
        def words(text):
            x = {}
            x["self"] = x
            return x
        ''',
    "recursion at return": '''
        import sys
        class R:
            def __getattr__(self, name): return R()
            def __iter__(self): return self
            def __next__(self): return R()
        def square(n): return square(n)
        def words(text): return R()
        ''',
    "endless generators": '''
        def square(n):
            while True: yield 9
        def words(text):
            while True: yield {"a": 1, "b": 2}
        ''',
    "10 MB": '''
        def square(n): return b"9" * (10 << 20)
        def words(text): return {str(n): n for n in range(400000)}
        ''',
    "threads at exit": '''
        import atexit, threading
        atexit.register(print, "ok")
        def square(n): threading.Thread(target=print).start()
        def words(text): threading._start_new_thread(print, ())
        ''',
    "exceptions that lie": '''
        class SystemExit(Exception): pass
        class StudentDied(Exception): pass
        class E(BaseException):
            def __str__(self): raise self
        def square(n): raise E
        def words(text): raise type("AssertionError", (Exception,), {})("ok")
        ''',
    "stops": '''
        def square(n): raise StopIteration(9)
        def words(text): raise GeneratorExit
        ''',
}


class Tampering(GradeCase):
    """No submission has a mark that its answers do not earn."""

    def test_no_wrong_marks(self):
        for name, student in TAMPERERS.items():
            with self.subTest(name):
                self.assertEqual(self.points(student),
                                 {"test_square": 0, "test_words": 0})

    def test_comparisons_are_not_the_students(self):
        student = '''
            class Free:
                def __eq__(self, other): return True
                def __ne__(self, other): return True
                def __bool__(self): return True
                def __contains__(self, item): return self
            def f(): return Free()
            '''
        tests = '''
            def test_eq(): assert student.f() == 1
            def test_ne(): assert student.f() != 1
            def test_true(): assert student.f()
            def test_in(): assert 1 in student.f()
            def test_in_list(): assert student.f() in [1, 2]
            def test_both(): assert student.f() == student.f()
            '''
        points = self.points(student, textwrap.dedent(tests))
        self.assertEqual(set(points.values()), {0}, points)

    def test_no_end_of_the_cases(self):
        """all() and list() take a StopIteration for the end of what they are
        given."""
        for f in ("def f(n): raise StopIteration",
                  "from immure import gateway\ndef f(n):\n"
                  "    gateway.exchange('next', b'{\"stop\": true}')\n",
                  "def f(n): return next(iter(()))",
                  "f = iter(()).__next__"):
            tests = """
                CASES = [1, 2]
                def test_all():
                    assert all(map(lambda n: student.f(n) == 9, CASES))
                def test_list():
                    assert list(map(student.f, CASES)) == []
                def test_get():
                    assert not any(map(lambda n: student["f"](n) != 9, CASES))
                """
            with self.subTest(f):
                self.assertEqual(set(self.points(
                    f, textwrap.dedent(tests)).values()), {0})

    def test_marks_stay_with_their_tests(self):
        """A text that is none must cost no other test its mark, nor give it
        one."""
        tests = "".join("def test_%d(): assert student.f(%d)\n" % (n, n)
                        for n in range(4))
        for text in ("\\ud800", "a\\0b", "\\udfff" * 5000, "\\x1b[2J"):
            student = """
                def f(n):
                    if n == 2: return True
                    try: print("%s")
                    except UnicodeError: pass
                    if n == 1: return "%s" == "other"
                    raise type("%s", (ValueError,), {})("%s")
                """ % (text, text, text.replace("\\0", ""), text)
            with self.subTest(text):
                self.assertEqual(self.points(student, tests),
                                 {"test_0": 0, "test_1": 0, "test_2": 1,
                                  "test_3": 0})

    def test_nothing_of_the_grader_is_there(self):
        student = '''
            import sys
            def square(n):
                seen = [repr(vars(m)) for m in list(sys.modules.values())]
                f = sys._getframe()
                while f is not None:
                    try: seen += [repr(f.f_globals), repr(f.f_locals)]
                    except AttributeError: pass
                    f = f.f_back
                return any("canary" in s for s in seen)
            '''
        tests = '''
            SECRET = "canary" + "-17"
            def test_square(): assert student.square(3) is False
            '''
        marks = self.marks(student, textwrap.dedent(tests))
        self.assertEqual(marks["test_square"]["verdict"], "ok",
                         marks["test_square"]["message"])


class Results(GradeCase):
    def test_signatures(self):
        key = self.path("key", "k" * 32)
        text = self.grade(RIGHT, TESTS, "--key", key)
        signed = self.path("r.json", text)
        self.assertIn("is right",
                      immure("grade", "verify", "--key", key, signed))
        other = self.path("key2", "l" * 32)
        immure("grade", "verify", "--key", other, signed, status=1)
        forged = json.loads(text)
        forged["score"] = 99
        immure("grade", "verify", "--key", key,
               self.path("f.json", json.dumps(forged)), status=1)
        self.assertIn("at least 16", immure(
            "grade", "verify", "--key", self.path("short", "k"), signed,
            status=125))

    def test_the_signature_is_plain_hmac(self):
        import hashlib
        import hmac
        key = "k" * 100
        tests = TESTS + "\n@points(0.9)\ndef test_part(): return 0.7\n"
        result = json.loads(self.grade(RIGHT, tests, "--key",
                                       self.path("key", key)))
        given = result.pop("signature")
        text = json.dumps(result, sort_keys=True, separators=(",", ":"))
        self.assertEqual(given, hmac.new(key.encode(), text.encode(),
                                         hashlib.sha256).hexdigest())
        self.assertEqual(result["score"], 3.7)

    def test_usage(self):
        for args, words in (
                ((), "write immure grade"), (("--tests", "x"), "write"),
                (("--formt", "x"), "--formt"),
                (("--tests", "a", "--student", "b", "--format", "c"),
                 "there are json"),
                (("--tests", "/none", "--student", "/none"), "/none"),
                (("verify", "x"), "--key")):
            with self.subTest(args):
                self.assertIn(words, immure("grade", *args, status=125))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
