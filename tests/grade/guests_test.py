"""immure grade: the guest of the student's code, from test to test."""

import os
import sys
import textwrap
import unittest

from common import GradeCase, immure


class Guests(GradeCase):
    """What a test leaves behind is not there in the next."""

    # Each changes something when it is asked, and tells whether it was.
    HABITS = {
        "globals": """
            n = 0
            def f(): global n; n += 1; return n
            """,
        "defaults": "def f(seen=[]): seen.append(1); return len(seen)",
        "a module's names": """
            import math
            def f(): math.n = getattr(math, "n", 0) + 1; return math.n
            """,
        "builtins": """
            import builtins
            def f(): builtins.n = getattr(builtins, "n", 0) + 1; return n
            """,
        "a module inside": """
            import json
            def f():
                json.decoder.n = getattr(json.decoder, "n", 0) + 1
                return json.decoder.n
            """,
        "sys.path": """
            import sys
            def f(): sys.path.append("x"); return sys.path.count("x")
            """,
        "files": """
            def f():
                with open("notes", "a") as file: file.write("x")
                return len(open("notes").read())
            """,
        "text as code": """
            def f(): exec("import os; os.environ['n'] = 'x'"
                          " + os.environ.get('n', '')"); \\
                     return len(__import__("os").environ["n"])
            """,
        "the context of decimal": """
            import decimal
            def f():
                decimal.getcontext().prec -= 1
                return 28 - decimal.getcontext().prec
            """,
        "the first day of a week": """
            import calendar
            def f():
                calendar.setfirstweekday(calendar.firstweekday() + 1)
                return calendar.firstweekday()
            """,
        "a module's list": """
            import keyword
            def f():
                keyword.kwlist.append("x")
                return keyword.kwlist.count("x")
            """,
        "a list inside a class": """
            import calendar
            def f():
                calendar.HTMLCalendar.cssclasses.append("x")
                return calendar.HTMLCalendar.cssclasses.count("x")
            """,
        "a function's attributes": """
            import json
            def f():
                json.dumps.n = getattr(json.dumps, "n", 0) + 1
                return json.dumps.n
            """,
        "a module's own object": """
            import calendar
            def f():
                calendar.c.n = getattr(calendar.c, "n", 0) + 1
                return calendar.c.n
            """,
        "the cache of a module": """
            import re
            def f():
                re._cache["n"] = re._cache.get("n", 0) + 1
                return re._cache["n"]
            """,
        "the longest number that is text": """
            import sys
            def f():
                n = sys.get_int_max_str_digits()
                sys.set_int_max_str_digits(n + 1)
                return n - 4299
            """,
        "sys.stderr": """
            import sys
            def f():
                n = getattr(sys.stderr, "n", 0) + 1
                sys.stderr = type("S", (), {"n": n})
                return n
            """,
        "what runs at an object's end": """
            import math
            class C:
                def __del__(self): math.n = 2
            def f():
                c = C(); c.me = c
                return getattr(math, "n", 1)
            """,
    }

    def test_nothing_stays(self):
        tests = "".join("def test_%d(): assert student.f() == 1\n" % n
                        for n in range(3))
        for name, student in self.HABITS.items():
            with self.subTest(name):
                points = self.points(textwrap.dedent(student).replace(
                    "\\\n                     ", ""), tests)
                self.assertEqual(set(points.values()), {1}, points)

    def test_random_numbers_are_drawn_anew(self):
        student = """
            import random
            random.seed(5) if False else None
            def seeded(): random.seed(5); return random.random()
            def f(): return random.random()
            """
        tests = """
            seen = []
            def test_1(): student.seeded()
            def test_2(): seen.append(student.f())
            def test_3(): student.seeded()
            def test_4(): assert student.f() not in seen
            """
        self.assertEqual(set(self.points(
            student, textwrap.dedent(tests)).values()), {1})

    def test_a_process_of_its_own(self):
        """A note that no comparing finds: in a guest that two tests share, and
        not where they asked for one each."""
        student = """
            import re
            def f():
                notes = getattr(re, "_cache")
                notes["n"] = notes.get("n", 0) + 1
                return notes["n"]
            """
        tests = "%s\ndef test_1(): assert student.f() == 1\n" \
            "%s\ndef test_2(): assert student.f() == %d\n"
        for marks in (("", "", 2), ("@fresh", "@fresh", 1),
                      ("", "@timeout(5)", 1)):
            with self.subTest(marks):
                self.assertEqual(
                    set(self.points(student, tests % marks).values()), {1})

    @unittest.skipIf("SANITIZERS" in os.environ, "times are not as usual")
    def test_limits_of_calls_and_tests(self):
        student = """
            import time
            def f(seconds): time.sleep(seconds); return 1
            def spin(seconds):
                end = time.process_time() + seconds
                while time.process_time() < end: pass
                return 1
            """
        tests = """
            @timeout("20s", call="300ms")
            def test_call():
                for n in range(8): assert student.f(0.05) == 1
            @timeout("20s", call="300ms")
            def test_long_call(): assert student.f(30) == 1
            @timeout("400ms")
            def test_waits(): assert student.f(0.8) == 1
            @timeout("400ms")
            def test_all_calls():
                for n in range(20): assert student.spin(0.05) == 1
            def test_fine(): assert student.f(0) == 1
            """
        marks = self.marks(student, textwrap.dedent(tests))
        verdicts = {name: t["verdict"] for name, t in marks.items()}
        self.assertIn(verdicts.pop("test_all_calls"), ("cpu", "error"))
        self.assertEqual(verdicts, {"test_call": "ok", "test_waits": "ok",
                                    "test_long_call": "wall",
                                    "test_fine": "ok"}, marks)

    @unittest.skipIf("SANITIZERS" in os.environ, "times are not as usual")
    def test_the_limit_of_a_call_outlives_its_guest(self):
        """A submission that asks for the next question by itself, and again
        when it was told to end, has no more time for the next call."""
        student = """
            import json, time
            from immure import gateway
            def f(seconds):
                time.sleep(seconds)
                q = json.loads(gateway.exchange(
                    "next", b'{"value": 1, "out": ""}'))
                if q["op"] == "end":
                    time.sleep(0.1)
                    gateway.exchange("next", b"{}")
                return 1
            """
        tests = """
            @timeout("5s", call="500ms")
            def test_1(): assert student.f(0) == 1
            @timeout("5s", call="500ms")
            def test_2(): assert student.f(1) == 1
            def test_3(): assert student.f(0) == 1
            """
        marks = self.marks(student, textwrap.dedent(tests))
        self.assertEqual([t["verdict"] for t in marks.values()],
                         ["ok", "wall", "ok"], marks)

    def test_times_that_are_none(self):
        for text in ('"5 years"', '"x"', "0", "-1", "None", '"1h"'):
            with self.subTest(text):
                said = immure("grade", "--tests", self.path(
                    "t.py", "@timeout(%s)\ndef test(): pass\n" % text),
                    "--student", self.path("s.py", ""), status=125)
                self.assertIn("no time", said)
                self.assertIn("line 1", said)

    def test_scripts(self):
        student = """
            import sys
            name = input("who? ")
            print("hi", name, sys.argv[1:], __name__)
            print("oh", file=sys.stderr)
            if name == "exit": sys.exit(7)
            if name == "text": sys.exit("gone")
            if name == "bad": raise KeyError(name)
            total = sum(map(int, sys.stdin.read().split()))
            sys.stdout.buffer.write(b"%d" % total)
            def run(): return "its own"
            def copy(): sys.stdout.buffer.write(sys.stdin.buffer.read())
            """
        tests = """
            def test_run():
                r = student.run(stdin="ann\\n1 2\\n3\\n", args=["-v"])
                assert r.stdout == "who? hi ann ['-v'] __main__\\n6", r
                assert (r.stderr, r.status, r.error) == ("oh\\n", 0, None)
                assert output() == r.stdout
            def test_again():
                for n in range(3):
                    assert student.run(stdin="x\\n%d" % n).stdout[-1] == str(n)
            def test_exit(): assert student.run(stdin="exit\\n").status == 7
            def test_text():
                r = student.run(stdin="text\\n")
                assert (r.status, r.stderr) == (1, "oh\\ngone\\n"), r
            def test_bad():
                r = student.run(stdin="bad\\n", check=False)
                assert (r.status, r.error.kind) == (1, "KeyError")
                assert r.stdout.startswith("who? hi bad")
            def test_raised():
                try: student.run(stdin="bad\\n")
                except KeyError as error: assert error.kind == "KeyError"
                else: assert False
            def test_no_input():
                try: student.run()
                except EOFError: pass
                else: assert False
            def test_function():
                stdin("x")
                assert student["run"]() == "its own"
                stdin("\\u20ac")
                student.copy()
                assert output() == "\\u20ac"
            """
        marks = self.marks(student, textwrap.dedent(tests))
        self.assertEqual({n: t["points"] for n, t in marks.items()},
                         dict.fromkeys(marks, 1), marks)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
