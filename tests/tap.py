"""Run one Python test and print TAP:  tap.py FILE

A file of unittest classes is run class by class, with the build folder as its
first argument; any other file prints TAP itself.  A failure that TAP has told
is not told again by the exit status."""

import importlib.util
import os
import re
import runpy
import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    """One TAP line a test; a failed subtest fails its test."""

    def __init__(self):
        super().__init__()
        self.done = 0
        self.wrong = []

    def startTest(self, test):
        super().startTest(test)
        self.wrong = []

    def say(self, test, directive=""):
        self.done += 1
        print(f"{'not ok' if self.wrong else 'ok'} {self.done}"
              f" - {test.id()}{directive}")
        for line in "".join(self.wrong).splitlines():
            print("# " + line)
        sys.stdout.flush()

    def stopTest(self, test):
        super().stopTest(test)
        skipped = [why for t, why in self.skipped if t is test]
        self.say(test, f" # SKIP {skipped[-1]}" if skipped else "")

    def add(self, exc):
        self.wrong.append("".join(traceback.format_exception(*exc)))

    def addFailure(self, test, exc):
        self.add(exc)

    def addError(self, test, exc):
        self.add(exc)
        if not isinstance(test, unittest.TestCase):
            self.say(test)  # setUpClass or setUpModule

    def addSubTest(self, test, subtest, exc):
        if exc is not None:
            self.wrong.append(f"{subtest.id()}\n")
            self.add(exc)


def main(path):
    with open(path, encoding="utf-8") as f:
        is_unittest = re.search(r"^import unittest", f.read(), re.M)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    if not is_unittest:
        sys.argv = [path]
        try:
            runpy.run_path(path, run_name="__main__")
        except SystemExit as e:
            return 0 if e.code in (None, 0, 1) else 1
        return 0
    sys.argv = [path, os.environ.get("BUILDDIR", "build")]
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = TapResult()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    print(f"1..{result.done}")
    return 0


sys.exit(main(sys.argv[1]))
