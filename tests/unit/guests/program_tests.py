"""A program that tests itself: suites, mocks, doctests, their reports."""
import asyncio
import doctest
import io
import logging
import sys
import unittest
import warnings
from unittest import mock


class Account:
    """What a bank keeps.

    >>> a = Account(10)
    >>> a.withdraw(3)
    7
    >>> a.withdraw(30)
    Traceback (most recent call last):
        ...
    ValueError: not enough
    """

    def __init__(self, amount, audit=None):
        self.amount, self.audit = amount, audit

    def withdraw(self, amount):
        if amount > self.amount:
            raise ValueError("not enough")
        self.amount -= amount
        if self.audit:
            self.audit.write("withdraw %d" % amount)
        return self.amount


class AccountTest(unittest.TestCase):
    maxDiff = None
    made = []

    @classmethod
    def setUpClass(cls):
        cls.made.append("class")
        cls.addClassCleanup(cls.made.append, "cleanup")

    def setUp(self):
        self.account = Account(10, mock.Mock())
        self.addCleanup(self.made.append, self.id().rpartition(".")[2])

    def test_withdraw(self):
        self.assertEqual(self.account.withdraw(4), 6)
        self.account.audit.write.assert_called_once_with("withdraw 4")

    def test_messages(self):
        with self.assertRaisesRegex(ValueError, "not en.*") as caught:
            self.account.withdraw(11)
        self.assertIs(type(caught.exception), ValueError)
        with self.assertLogs("bank", "INFO") as logs:
            logging.getLogger("bank").info("hello %s", "you")
        self.assertEqual(logs.output, ["INFO:bank:hello you"])
        with self.assertWarns(DeprecationWarning):
            warnings.warn("old", DeprecationWarning)

    def test_many(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertLess(n, 2)

    def test_lists(self):
        self.assertListEqual([1, 2, {"a": 3}], [1, 2, {"a": 4}])

    def test_error(self):
        {}["missing"]

    @unittest.skip("not today")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_known(self):
        self.assertEqual(1, 2)


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.source = mock.AsyncMock(return_value=[1, 2])

    async def test_await(self):
        self.assertEqual(await self.source(), [1, 2])
        self.source.assert_awaited_once()
        await asyncio.sleep(0)


class PatchTest(unittest.TestCase):
    def test_patches(self):
        with mock.patch.object(Account, "withdraw", return_value=0) as patched:
            self.assertEqual(Account(5).withdraw(1), 0)
            patched.assert_called_once()
        with mock.patch.dict(sys.modules[__name__].__dict__, {"LIMIT": 3}):
            self.assertEqual(LIMIT, 3)
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            print("caught")
        self.assertEqual(out.getvalue(), "caught\n")
        spec = mock.create_autospec(Account, instance=True)
        with self.assertRaises(TypeError):
            spec.withdraw()


loader = unittest.defaultTestLoader
suite = unittest.TestSuite(loader.loadTestsFromTestCase(case)
                           for case in (AccountTest, AsyncTest, PatchTest))
suite.addTest(doctest.DocTestSuite())
stream = io.StringIO()
result = unittest.TextTestRunner(stream=stream, verbosity=2).run(suite)
report = stream.getvalue()
assert result.testsRun == 10, report
assert len(result.failures) == 2 and len(result.errors) == 1, report
assert len(result.skipped) == 1 and len(result.expectedFailures) == 1
for text in ("self.assertListEqual([1, 2", "First differing element 2",
             "KeyError: 'missing'", "(n=2)", "self.assertLess(n, 2)",
             "skipped 'not today'", "FAILED (failures=2, errors=1"):
    assert text in report, (text, report)
assert AccountTest.made[0] == "class" and AccountTest.made[-1] == "cleanup"
out = io.StringIO()
runner = doctest.DocTestRunner(verbose=False)
bad = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "bad", None, 0)
assert runner.run(bad, out=out.write) == (1, 1)
assert "Expected:\n    3\nGot:\n    2" in out.getvalue()
print("ok")
