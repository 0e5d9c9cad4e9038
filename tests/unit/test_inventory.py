"""What the interpreter really has, against the inventory of the lists: nothing
that a new CPython brings may reach a guest unseen."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LISTS = os.path.join(ROOT, "stdlib-whitelist")
BUILD = os.environ.get("BUILDDIR", os.path.join(ROOT, "build"))
VERSION = os.environ.get("ENGINE_VERSION", "%d.%d" % sys.version_info[:2])

sys.path.insert(0, LISTS)
import gen  # noqa: E402


def survey(*command):
    """{(kind, name)} of a live interpreter."""
    env = {k: v for k, v in os.environ.items() if k == "ASAN_OPTIONS"}
    run = subprocess.run(command, capture_output=True, text=True, env=env)
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
        file.write(run.stdout)
        file.flush()
        return flat(gen.read_inventory(file.name))


def flat(names):
    return {(kind, name) for kind in names for name in names[kind]}


class InventoryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = os.path.join(LISTS, f"inventory-{VERSION}.list")
        cls.known = flat(gen.read_inventory(path))

    def check_known(self, found):
        new = sorted(found - self.known)
        self.assertFalse(new, "not in the inventory; `make inventory` adds "
                         "them, and gen.py then asks for a rule for each")

    def test_what_guests_have(self):
        found = survey(os.path.join(BUILD, "immure-zygote"), "--tool",
                       "survey", "guests")
        self.assertGreater(len(found), 4000)
        for kind in gen.RULED_BY:
            self.assertTrue(any(k == kind for k, _ in found), kind)
        self.check_known(found)

    def test_what_the_whole_library_has(self):
        self.check_known(survey(os.path.join(BUILD, "tests", "survey"),
                                "all"))

    def test_the_walk_sees_every_kind(self):
        """Names that only a walk over objects of that kind finds."""
        found = survey(os.path.join(BUILD, "tests", "survey"), "guests")
        for entry in (("cfunc", "posix.system"), ("cfunc", "str.upper"),
                      ("cfunc", "_abc._abc_init"), ("cfunc", "adhoc.strict_errors"),
                      ("type", "_io.FileIO"), ("type", "dict_keyiterator"),
                      ("getset", "frame.f_back"), ("getset", "frame.f_lineno="),
                      ("member", "function.__globals__"),
                      ("member", "traceback.tb_frame"),
                      ("slot", "_io.FileIO.__init__"),
                      ("slot", "int.__add__"), ("builtin", "eval")):
            self.assertIn(entry, found)


if __name__ == "__main__":
    unittest.main()
