"""gen.py: what it refuses, with the line; and that the tree's lists pass."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LISTS = os.path.join(ROOT, "stdlib-whitelist")
VERSION = "3.11"

# list, a line added to it, part of the error
BAD_LINES = (
    ("cfuncs", "posix.system | drop | twice", "stands at"),
    ("cfuncs", "posix.new | drop |", "empty field"),
    ("cfuncs", "posix.new | perhaps | because", "none of"),
    ("cfuncs", "posix.new", "fields wanted"),
    ("cfuncs", "nobody.* | keep | because", "no name of the inventory"),
    ("types", "int | keep | twice", "stands at"),
    ("builtins", "len | keep | twice", "stands at"),
    ("events", "open | drop | twice", "stands at"),
    ("modules", "json | guest | twice", "stands at"),
    ("modules", "new | mine | because", "none of"),
    ("grants", "no.such.gate | os:system | because", "not a pairwise gate"),
    ("grants", "sys._getframe | system | because", "not module:qualname"),
    ("grants", "sys._getframe | collections:namedtuple | x", "granted twice"),
    ("mutable", "logging.Logger | twice", "stands at"),
    ("inventory-3.11", "cfunc brand.new_function", "no rule for 1 names"),
    ("inventory-3.11", "type BrandNew", "no rule for 1 names"),
    ("inventory-3.11", "builtin brand_new", "no rule for 1 names"),
)


class GenTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        for name in os.listdir(LISTS):
            if name.endswith(".list"):
                shutil.copy(os.path.join(LISTS, name), self.folder)

    def generate(self):
        out = os.path.join(self.folder, "out.c")
        run = subprocess.run(
            [sys.executable, "-B", os.path.join(LISTS, "gen.py"), "--version",
             VERSION, "--lists", self.folder, "-o", out],
            capture_output=True, text=True)
        return run, out

    def add_line(self, name, line):
        path = os.path.join(self.folder, name + ".list")
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
        with open(path, encoding="utf-8") as file:
            return f"{name}.list:{len(file.readlines())}"

    def test_the_tree_passes(self):
        run, out = self.generate()
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(out, encoding="utf-8") as file:
            self.assertIn('{"posix.system", STAND_DROP, "os.system()"',
                          file.read())

    def test_bad_lines_are_named(self):
        for name, line, error in BAD_LINES:
            with self.subTest(line=line):
                self.setUp()
                where = self.add_line(name, line)
                run, out = self.generate()
                self.assertEqual(run.returncode, 1, line)
                self.assertIn(error, run.stderr)
                if not name.startswith("inventory"):
                    self.assertIn(where, run.stderr)
                self.assertFalse(os.path.exists(out))

    def test_rows_of_other_versions_do_not_count(self):
        self.add_line("cfuncs", "@3.12+ posix.system | keep | later")
        self.add_line("cfuncs", "@3.10 posix.system | keep | earlier")
        self.assertEqual(self.generate()[0].returncode, 0)


if __name__ == "__main__":
    unittest.main()
