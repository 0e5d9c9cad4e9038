import sys
import unittest


class T(unittest.TestCase):
    def test_one(self):
        self.assertTrue(True)


try:
    unittest.main(argv=["prog"])
except SystemExit as end:
    assert not end.code, end.code
else:
    raise AssertionError("main() came back")
sys.exit(0)
