import io
import unittest
from unittest import mock


class T(unittest.TestCase):
    def setUp(self):
        self.x = 1

    def test_equal(self):
        self.assertEqual(self.x, 1)
        with self.assertRaises(ZeroDivisionError):
            1 / 0
        with self.assertLogs("t") as logs:
            import logging
            logging.getLogger("t").warning("w")
        self.assertEqual(len(logs.output), 1)

    def test_fails(self):
        self.assertEqual([1, 2], [1, 3])

    @unittest.skip("no")
    def test_skipped(self):
        raise AssertionError

    def test_sub(self):
        for i in range(2):
            with self.subTest(i=i):
                self.assertGreaterEqual(i, 0)

    def test_mock(self):
        m = mock.Mock(return_value=3)
        self.assertEqual(m(1), 3)
        m.assert_called_once_with(1)
        with mock.patch.object(T, "kind", "other", create=True):
            self.assertEqual(T.kind, "other")


class A(unittest.IsolatedAsyncioTestCase):
    async def test_async(self):
        import asyncio
        await asyncio.sleep(0)


out = io.StringIO()
suite = unittest.TestSuite()
for case in (T, A):
    suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
result = unittest.TextTestRunner(stream=out).run(suite)
assert result.testsRun == 6, result.testsRun
assert len(result.failures) == 1 and not result.errors, out.getvalue()
assert len(result.skipped) == 1
text = out.getvalue()
assert "self.assertEqual([1, 2], [1, 3])" in text and "FAILED" in text
assert "unittest/case.py" not in text
