"""The attacks of the family tamper as submissions to immure grade: none of
them may have a mark, whether it comes when it is loaded or when it is called,
and the tests that it leaves alone keep theirs."""

import glob
import importlib.util
import json
import os
import re
import sys
import unittest

from common import GradeCase, immure

HERE = os.path.dirname(os.path.abspath(__file__))

# What solve() is asked has one answer, which no attack has heard.  The last
# test is nobody's but the grader's.
TESTS = '''
CASES = [(3, 16), (4, 23), (5, 32), (6, 43), (7, 56), (8, 71), (10, 107)]
def check(n, right, answer):
    assert answer == right
    assert not isinstance(answer, bool)
def make(n, right):
    @timeout("300ms")
    def test():
        check(n, right, student.solve(n))
    return test
for n, right in CASES:
    globals()["test_%d" % n] = make(n, right)
@points(1)
def test_of_our_own():
    return 0.5
'''

CALLED = '''
import sys
def solve(n):
    names = dict(globals())
    exec(compile(%r, "attack.py", "exec"), names)
    return names["solve"](n) if names.get("solve") is not solve else 0
'''


def attacks():
    """(name, source, packages)."""
    for path in sorted(glob.glob(os.path.join(HERE, "../escape/[0-9]*.py"))):
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
        if re.search(r"^# family: tamper$", text, re.M):
            packages = re.search(r"^# packages: (\w+)$", text, re.M)
            yield os.path.basename(path), text, packages and packages[1]


class Tamper(GradeCase):
    def rows(self, submissions, *options):
        os.mkdir(self.path("in"))
        for name, text in submissions:
            with open(self.path("in/" + name), "w", encoding="utf-8",
                      errors="surrogateescape") as file:
                file.write(text)
        out = self.path("out.jsonl")
        immure("grade", "--tests", self.path("tests.py", TESTS), "--batch",
               self.path("in"), "--out", out, *options)
        with open(out, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        self.assertEqual(sorted(r["student"] for r in rows),
                         sorted(name for name, _ in submissions))
        return rows

    def check(self, rows):
        for row in rows:
            with self.subTest(row["student"]):
                marks = {t["name"]: t["points"] for t in row["tests"]}
                self.assertEqual(marks.pop("test_of_our_own"), 0.5)
                self.assertEqual(len(marks), 7)
                self.assertEqual(set(marks.values()), {0}, row["tests"])
                # Nobody holds up the others: 300 ms of processor time, or
                # 1.6 s by the clock, and what a busy machine makes of it.
                self.assertLess(max(t["ms"] for t in row["tests"]), 30000)

    def test_no_marks(self):
        submissions = []
        for name, text, packages in attacks():
            if packages is None:
                submissions += [("at-load-" + name, text),
                                ("in-call-" + name, CALLED % text)]
        self.assertGreater(len(submissions), 50)
        self.check(self.rows(submissions))

    @unittest.skipIf(importlib.util.find_spec("numpy") is None, "no numpy")
    @unittest.skipIf("SANITIZERS" in os.environ,
                     "it looks for what a sanitizer has replaced")
    def test_no_marks_for_native_code(self):
        policy = self.path("numpy.toml", 'extends = ["grader"]\n'
                           '[modules]\nallow = ["numpy"]\n'
                           '[packages]\npath = ["/usr/lib/python3/'
                           'dist-packages"]\n[limits]\nmemory = "256M"\n')
        rows = self.rows([(name, text) for name, text, packages in attacks()
                          if packages == "numpy"], "--policy", policy)
        self.check(rows)
        # That they were not stopped before: by frames the wire does not have.
        verdicts = [t["verdict"] for row in rows for t in row["tests"]]
        self.assertIn("killed", verdicts, rows)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
