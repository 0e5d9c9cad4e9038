"""Marks a second, immure grade against a python3 process for each test.

    bench/grade.py BUILD [SUBMISSIONS [PROCESSES]]

SUBMISSIONS (1000) generated ones, by turns right, wrong, slow, crashing and
hostile, of 10 tests each.  The other way is CodeJail's without its user and
AppArmor: a fresh python3 runs one test over the submission in one process; it
is measured on PROCESSES (200) of those tests, as many at a time."""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time

JOBS = 2

TESTS = "".join('''
@timeout("200ms")
def test_%d():
    assert student.f(%d) == %d
''' % (n, n, n * n) for n in range(10))

# What n == 9 meets; the other tests are passed, but for the wrong ones.
KINDS = (
    "def f(n): return n * n",
    "def f(n): return n + n",
    "def f(n):\n    while n == 9: pass\n    return n * n",
    "def f(n):\n    x = ()\n    if n == 9:\n"
    "        for _ in range(10 ** 6): x = (x,)\n    hash(x)\n"
    "    return n * n",
    "import sys\ndef f(n):\n    if n == 9: sys.exit(0)\n    return n * n",
)

ALONE = '''
import resource
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
exec(open(%r).read())
assert f(%d) == %d
'''


def grade(build, work):
    tests = os.path.join(work, "tests.py")
    with open(tests, "w", encoding="utf-8") as file:
        file.write(TESTS)
    begun = time.monotonic()
    subprocess.run([os.path.join(build, "immure"), "grade", "--tests", tests,
                    "--batch", os.path.join(work, "in"), "--out",
                    os.path.join(work, "out"), "--jobs", str(JOBS)],
                   check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def alone(work, names, count):
    def one(number):
        name, n = names[number // 10 % len(names)], number % 10
        code = ALONE % (os.path.join(work, "in", name), n, n * n)
        subprocess.run([sys.executable, "-E", "-B", "-c", code], check=False,
                       stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(one, range(count)))
    return time.monotonic() - begun


def main(build, submissions=1000, processes=200):
    submissions, processes = int(submissions), int(processes)
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(os.path.join(work, "in"))
        names = ["s%05d.py" % n for n in range(submissions)]
        for n, name in enumerate(names):
            with open(os.path.join(work, "in", name), "w",
                      encoding="utf-8") as file:
                file.write(KINDS[n % len(KINDS)])
        ours = submissions * 10 / grade(build, work)
        theirs = processes / alone(work, names, processes)
    print("immure grade: %.0f tests/s; a process a test: %.0f tests/s; "
          "ratio %.1f" % (ours, theirs, ours / theirs))


main(*sys.argv[1:])
