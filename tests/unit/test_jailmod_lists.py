"""gen.py: what it refuses, with the line; and that the tree's lists pass."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LISTS = os.path.join(ROOT, "stdlib-whitelist")
VERSION = "3.11"

sys.path.insert(0, LISTS)
import gen  # noqa: E402

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
    ("grants", "frame.f_globals | system | because", "not module:qualname"),
    ("grants", "frame.f_globals | collections:namedtuple | x", "granted twice"),
    ("mutable", "logging.Logger | twice", "stands at"),
    ("cfuncs", "posix.sistem | drop | because", "posix.sistem is not in the "
     "inventory"),
    ("attrs", "int.nobody | keep | because", "is not in the inventory"),
    ("attrs", "int.* | check | because", "none of"),
    ("slots", "__nobody__ | use | because", "is not in the inventory"),
    ("slots", "__add__ | drop | because", "none of"),
    ("package-numpy", "cfunc numpy.* | keep | twice", "stands at"),
    ("package-numpy", "numpy.new | keep | because", "begin with cfunc"),
    ("package-numpy", "type numpy.new | perhaps | because", "none of"),
    ("package-numpy", "attr numpy.new | keep | x", "is not in the inventory"),
    ("versions", "posix.system | drop | because", "begin with VERSION LIST"),
    ("versions", "3.11 nolist | x | drop | because", "begin with VERSION"),
)

# What a newer CPython could bring: lines for the inventory, and the line that
# the build asks for, in which list.
NEW_NAMES = (
    ("cfunc brand\n    new_function", "brand.new_function | drop | WHY",
     "cfuncs"),
    ("type\n    BrandNew", "BrandNew | drop | WHY", "types"),
    ("builtin\n    brand_new", "brand_new | drop | WHY", "builtins"),
    ("getset frame\n    f_new", "frame.f_new | drop | WHY", "attrs"),
    ("getset function\n    __name__, __new__=", "function.__new__= | drop | WHY",
     "attrs"),
    ("member code\n    co_new", "code.co_new | drop | WHY", "attrs"),
    ("slot bytes\n    __buffer__", "__buffer__ | use | WHY", "slots"),
)

# A name of a list, and the line that the build asks for when it goes.
REMOVED = (
    ("cfuncs", "posix.system", "posix.system | drop | WHY"),
    ("cfuncs", "math.*", "math.acos | drop | WHY"),
    ("types", "_io.FileIO", "_io.FileIO | drop | WHY"),
    ("builtins", "eval", "eval | drop | WHY"),
    ("attrs", "frame.f_back", "frame.f_back | drop | WHY"),
    ("attrs", "function.__code__=", "function.__code__= | drop | WHY"),
    ("slots", "__init__", "__init__ | use | WHY"),
)

# What some code of the library may do and guests may not: it shows or binds an
# object.  Nothing with an effect outside the interpreter is ever granted, for
# the library calls what guests hand it (tests/escape/README.md, technique 1).
PAIRWISE = {
    "_sre.compile", "frame.f_builtins", "frame.f_globals", "frame.f_locals",
    "function.__builtins__", "function.__closure__", "function.__code__=",
    "function.__defaults__=", "function.__globals__",
    "function.__kwdefaults__=",
}


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
        self.assertIn("posix.system", self.rows(out, "STAND_DROP"))
        self.assertIn("math.sqrt", self.rows(out, "STAND_KEEP"))
        self.assertIn("mmap.mmap.__getitem__", self.rows(out, "STAND_DROP"))
        self.assertIn("int.__add__", self.rows(out, "STAND_KEEP"))

    def test_refusals_read_as_sentences(self):
        """WHAT is refused: REASON. FIX"""
        tables = gen.read_tables(LISTS, VERSION)
        for name in ("builtins", "cfuncs", "types", "attrs", "events"):
            for row in tables[name].values():
                reason, fix = row.field(2), row.field(3)
                with self.subTest(where=row.where):
                    self.assertNotRegex(reason + fix, r"[.;:,]$|^\s|\s\s")
                    self.assertNotRegex(reason, r"^[A-Z][a-z]")
                    if fix:
                        self.assertRegex(
                            fix, r"^([A-Z]|asyncio |traceback |[a-z_]+[.(])")
                    if row.stand == "keep":
                        self.assertEqual(fix, "", "a kept name needs no fix")

    def test_what_stands_pairwise_has_no_effect(self):
        tables = gen.read_tables(LISTS, VERSION)
        self.assertEqual(gen.pair_gates(tables.values()), PAIRWISE)

    def test_bad_lines_are_named(self):
        for name, line, error in BAD_LINES:
            with self.subTest(line=line):
                self.setUp()
                where = self.add_line(name, line)
                run, out = self.generate()
                self.assertEqual(run.returncode, 1, line)
                self.assertIn(error, run.stderr)
                self.assertIn(where, run.stderr)
                self.assertFalse(os.path.exists(out))

    def check_asks_for(self, line, name):
        run, out = self.generate()
        self.assertEqual(run.returncode, 1, line)
        self.assertIn(f"add to {name}.list", run.stderr)
        self.assertIn("\n  " + line, run.stderr)
        self.assertFalse(os.path.exists(out))

    def test_a_new_name_fails_the_build_and_gets_a_line_proposed(self):
        for lines, wanted, name in NEW_NAMES:
            with self.subTest(lines=lines):
                self.setUp()
                self.add_line("inventory-3.11", lines)
                self.check_asks_for(wanted, name)

    def test_a_removed_rule_fails_the_build_and_gets_a_line_proposed(self):
        for name, rule, wanted in REMOVED:
            with self.subTest(rule=rule):
                self.setUp()
                self.remove_name(name, rule)
                self.check_asks_for(wanted, name)

    def remove_name(self, name, rule):
        path = os.path.join(self.folder, name + ".list")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text, count = re.subn(r"(?m)(?<![\w.])%s,? ?(?=\w|\||\n|$)"
                              % re.escape(rule), "", text, count=1)
        self.assertEqual(count, 1, rule)
        # What stood alone has left the rest of its row.
        text = re.sub(r"(?m)^\|.*\n", "", text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_without_an_inventory_the_build_says_how_to_make_one(self):
        os.remove(os.path.join(self.folder, "inventory-3.11.list"))
        run, _ = self.generate()
        self.assertEqual(run.returncode, 1)
        self.assertIn("make inventory", run.stderr)

    def test_rows_of_other_versions_do_not_count(self):
        self.add_line("versions", "3.12+ cfuncs | posix.system | keep | later")
        self.add_line("versions", "3.10 cfuncs | posix.system | keep | no")
        run, out = self.generate()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("posix.system", self.rows(out, "STAND_DROP"))

    def test_rows_of_this_version_count_in_place_of_others(self):
        self.add_line("versions", "3.11+ cfuncs | posix.system | keep | now")
        run, out = self.generate()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("posix.system", self.rows(out, "STAND_KEEP"))

    @staticmethod
    def rows(out, stand):
        with open(out, encoding="utf-8") as file:
            return re.findall(stand + r"}, /\* (.*?) \*/", file.read())


if __name__ == "__main__":
    unittest.main()
