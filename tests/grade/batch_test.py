"""immure grade --batch: each submission once, whatever happens meanwhile."""

import fcntl
import html.parser
import json
import os
import pty
import re
import signal
import subprocess
import sys
import textwrap
import time
import unittest

from common import IMMURE, RIGHT, TESTS, GradeCase, immure

WRONG = "def square(n): 0"


class BatchCase(GradeCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("in"))
        self.out = self.path("out.jsonl")

    def submit(self, count, text=None):
        for n in range(count):
            self.path("in/s%03d.py" % n,
                      text or (RIGHT if n % 2 else WRONG))

    def args(self, *more, tests=TESTS):
        return ("grade", "--tests", self.path("tests.py", tests), "--batch",
                self.path("in"), "--out", self.out, *more)

    def rows(self):
        with open(self.out, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


class Batch(BatchCase):
    def test_a_line_that_was_cut(self):
        self.submit(6)
        self.path("in/notes.txt", "")
        self.path("in/.hidden.py", "")
        args = self.args("--jobs", "2")
        self.assertIn("6 graded, 0 kept of before; 9 of 18", immure(*args))
        with open(self.out, encoding="utf-8") as file:
            lines = file.readlines()
        # As a kill(2) in the middle of a line leaves it.
        with open(self.out, "w", encoding="utf-8") as file:
            file.writelines(lines[:3] + [lines[3][:40]])
        self.assertIn("3 graded, 3 kept of before; 9 of 18", immure(*args))
        self.assertEqual(sorted(r["student"] for r in self.rows()),
                         ["s%03d.py" % n for n in range(6)])
        self.assertIn("0 graded, 6 kept", immure(*args))
        self.assertIn("no result", immure(
            *args[:5], "--out", self.path("other", "text\n"), status=125))

    def killed(self, args, lines):
        """Kill it when its results have so many lines."""
        with subprocess.Popen([IMMURE, *args], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as batch:
            end = time.monotonic() + 300
            while self.count() < lines:
                self.assertIsNone(batch.poll(), "it ended by itself")
                self.assertLess(time.monotonic(), end)
                time.sleep(0.002)
            batch.send_signal(signal.SIGKILL)

    def count(self):
        if not os.path.exists(self.out):
            return 0
        with open(self.out, "rb") as file:
            return file.read().count(b"\n")

    def test_killed_in_the_middle(self):
        self.submit(60)
        args = self.args("--jobs", "3")
        for lines in (5, 20, 35):
            self.killed(args, lines)
        kept = self.rows()
        self.assertLess(len(kept), 60)
        said = immure(*args)
        self.assertIn("%d graded, %d kept of before; 90 of 180"
                      % (60 - len(kept), len(kept)), said)
        rows = self.rows()
        self.assertEqual(rows[:len(kept)], kept)
        self.assertEqual(sorted(r["student"] for r in rows),
                         ["s%03d.py" % n for n in range(60)])

    def test_two_at_once(self):
        self.submit(2)
        with open(self.out, "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertIn("another batch", immure(*self.args(), status=125))
        self.assertIn("2 graded", immure(*self.args()))

    def test_files_that_cannot_be_read(self):
        self.submit(3)
        with open(os.path.join(os.fsencode(self.path("in")), b"\xff.py"),
                  "wb"):
            pass
        os.symlink("/nowhere", self.path("in/gone.py"))
        with open(self.path("in/large.py"), "wb") as file:
            file.truncate(5 << 20)
        done = subprocess.run([IMMURE, *self.args()], errors="replace",
                              check=False,
                              stdin=subprocess.DEVNULL, timeout=600,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("3 graded", done.stdout)
        for words in ("gone.py", "large.py", "over 4M",
                      "not UTF-8",
                      "3 could not be marked"):
            self.assertIn(words, done.stderr)
        os.unlink(os.path.join(os.fsencode(self.path("in")), b"\xff.py"))
        os.unlink(self.path("in/gone.py"))
        os.unlink(self.path("in/large.py"))
        self.path("in/gone.py", RIGHT)
        self.assertIn("1 graded, 3 kept", immure(*self.args()))

    def test_numbers_of_jobs(self):
        for jobs in ("0", "-1", "x", "2x", "", "257"):
            self.assertIn("--jobs", immure(*self.args("--jobs", jobs),
                                           status=125))

    def test_the_bar(self):
        self.submit(4)
        mine, theirs = pty.openpty()
        with subprocess.Popen([IMMURE, *self.args()], stderr=theirs,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE) as batch:
            os.close(theirs)
            text = b""
            try:
                while part := os.read(mine, 4096):
                    text += part
            except OSError:     # the other end is closed
                pass
            os.close(mine)
            batch.stdout.read()
            self.assertEqual(batch.wait(), 0)
        shown = re.findall(rb"([#.]{30}) (\d+)/4 +(\d+) %", text)
        self.assertEqual([int(n) for _, n, _ in shown], list(range(5)))
        self.assertEqual(shown[-1], (b"#" * 30, b"4", b"100"))
        self.assertTrue(text.endswith(b"\n"))


class Page(html.parser.HTMLParser):
    """Elements and texts of a report."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.texts, self.attributes = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


class Reports(BatchCase):
    HOSTILE = '''
        def square(n):
            raise ValueError("</code><script>alert(1)</script>"
                             "\\x00\\x1b[31m\\ud800&amp;<img src=x onerror=a>")
        '''

    def test_a_class(self):
        self.submit(4)
        self.path("in/<script>alert(1)<b>'\"&.py", self.HOSTILE)
        self.path("in/slow.py", "def square(n):\n    while True: pass\n"
                                "def words(text): return {}\n")
        tests = TESTS.replace("@points(2)", "@timeout('300ms')\n@points(2)") \
            + '\ndef test_half(): return 0.5\n'
        path = self.path("report.html")
        said = immure(*self.args("--report", path, tests=tests))
        self.assertRegex(said, r"test_square +2/6 +33 % +33 %")
        self.assertRegex(said, r"test_half +0/6 +0 % +50 %")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        page = Page(text)
        self.assertEqual(page.seen & {"script", "img", "link", "iframe"},
                         set())
        self.assertFalse([a for a, _ in page.attributes
                          if a.startswith("on") or a in ("src", "href")])
        whole = "".join(page.texts)
        for words in ("tests.py", "33.3", "<script>alert(1)<b>'\"&.py",
                      "Commonest errors", "Slowest", "slow.py",
                      "error: ValueError: </code><script>"):
            self.assertIn(words, whole)
        self.assertNotIn("\x1b", text)
        # Made again from what is there, in the place of the old one.
        self.assertIn("0 graded, 6 kept", immure(*self.args(
            "--report", path, tests=tests)))
        with open(path, encoding="utf-8") as file:
            again = file.read()
        self.assertEqual(re.sub(r"immure grade, .*", "", again),
                         re.sub(r"immure grade, .*", "", text))

    def test_no_submissions(self):
        path = self.path("report.html")
        self.assertIn("0 graded", immure(*self.args("--report", path)))
        self.assertTrue(os.path.exists(path))

    def test_a_place_that_is_none(self):
        self.submit(1)
        self.assertIn("--report", immure(
            *self.args("--report", self.path("none/x.html")), status=125))
        self.assertIn("--report", immure(
            "grade", "--tests", self.path("t.py", TESTS), "--student",
            self.path("s.py", textwrap.dedent(RIGHT)), "--report", "x",
            status=125))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
