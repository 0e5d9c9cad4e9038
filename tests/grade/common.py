"""What the tests of immure grade share."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

IMMURE = os.path.join(os.path.abspath(sys.argv[1]), "immure")

TESTS = '''
@points(2)
def test_square():
    assert student.square(3) == 9
    assert student.square(-4) == 16

def test_words():
    assert student.words("b a b") == {"a": 1, "b": 2}
'''

RIGHT = '''
def square(n): return n * n
def words(text): return {w: text.split().count(w) for w in text.split()}
'''


def immure(*args, status=0):
    done = subprocess.run([IMMURE, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=600, check=False)
    if done.returncode != status:
        raise AssertionError("status %d: %s%s" % (done.returncode,
                                                  done.stdout, done.stderr))
    return done.stderr if status else done.stdout


class GradeCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(textwrap.dedent(text))
        return path

    def grade(self, student, tests=TESTS, *options):
        return immure("grade", "--tests", self.path("tests.py", tests),
                      "--student", self.path("s.py", student), *options)

    def marks(self, student, tests=TESTS):
        result = json.loads(self.grade(student, tests))
        return {t["name"]: t for t in result["tests"]}

    def points(self, student, tests=TESTS):
        return {name: t["points"]
                for name, t in self.marks(student, tests).items()}
