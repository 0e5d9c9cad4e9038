"""Tests a second, immure grade against CodeJail's way, in one run.

    bench/grade.py BUILD [SUBMISSIONS [RUNS]]

SUBMISSIONS (1000) generated ones of 10 tests each, by turns right, wrong, slow
(one test of ten never ends), crashing and hostile (one test of ten); a test
may take 20 ms of processor time.

The other way is a process of python3 for each test.  CodeJail's is measured by
its own steps: a temporary directory, the code in a file, python3 -E -B on it
with globals through stdin and stdout, find(1) to clean up; without its sudo,
which costs more on top.  "bare" is python3 -E -B -c alone.  Both have the
smallest limit that they can have, 1 s of processor time, and that is most of
what they take for a slow one.  They are measured on RUNS (300) of the same
tests, evenly taken, as many at a time; and the first for each kind alone.

Every mark is checked against what the submission deserves."""

import concurrent.futures
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

JOBS = 2
CASES = 10
LAST = CASES - 1

TESTS = "".join('''
@timeout("20ms")
def test_%d():
    assert student.f(%d) == %d
''' % (n, n, n * n) for n in range(CASES))

# Which tests it passes, and the submission.
KINDS = {
    "right": (range(CASES), "def f(n): return n * n\n"),
    "wrong": ((0, 2), "def f(n): return n + n\n"),
    "slow": (range(LAST), '''\
def f(n):
    while n == %d: pass
    return n * n
''' % LAST),
    "crashing": (range(LAST), '''\
def f(n):
    x = ()
    if n == %d:
        for _ in range(150000): x = (x,)
    hash(x)
    return n * n
''' % LAST),
    "hostile": (range(LAST), '''\
import sys
class Equal:
    def __eq__(self, other): return True
def f(n):
    if n == %d: return Equal()
    return n * n
''' % LAST),
}

# As codejail.safe_exec makes it.
JAILED = '''
import sys
try:
    import simplejson as json
except ImportError:
    import json
class DevNull(object):
    def write(self, *args, **kwargs):
        pass
    def flush(self, *args, **kwargs):
        pass
sys.stdout = DevNull()
code, g_dict = json.load(sys.stdin)
exec(code, g_dict)
g_dict = {k: v for k, v in g_dict.items()
          if isinstance(v, (type(None), int, float, bytes, str, list, tuple,
                            dict)) and k != "__builtins__"}
json.dump(g_dict, sys.__stdout__)
'''


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
    resource.setrlimit(resource.RLIMIT_NPROC, (15, 15))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def codejail(source):
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o775)
        below = os.path.join(home, "tmp")
        os.mkdir(below)
        os.chmod(below, 0o777)
        with open(os.path.join(home, "jailed_code"), "wb") as file:
            file.write(JAILED.encode("utf-8"))
        subprocess.run(["/usr/bin/env", "TMPDIR=tmp", sys.executable, "-E",
                        "-B", "jailed_code"], cwd=home, env={}, check=False,
                       input=json.dumps([source, {}]).encode("ascii"),
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       preexec_fn=limits)
        subprocess.run(["/usr/bin/find", below, "-mindepth", "1", "-maxdepth",
                        "1", "-exec", "rm", "-rf", "{}", ";"], cwd=home,
                       env={}, check=False, preexec_fn=limits)


def bare(source):
    subprocess.run([sys.executable, "-E", "-B", "-c", source], check=False,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, preexec_fn=limits)


def runs_a_second(way, count, kinds):
    """COUNT of the tests, evenly over kinds and cases."""
    sources = [KINDS[kind][1] for kind in kinds]
    jobs = ["%sassert f(%d) == %d\n" % (sources[i % len(sources)],
                                        i // len(sources) % CASES,
                                        (i // len(sources) % CASES) ** 2)
            for i in range(count)]
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(way, jobs))
    return count / (time.monotonic() - begun)


def check(path, names):
    """Marks that are not what the submission deserves."""
    wrong = 0
    with open(path, encoding="utf-8") as file:
        for line in file:
            result = json.loads(line)
            passed, _ = KINDS[names[result["student"]]]
            wrong += [test["passed"] for test in result["tests"]] != \
                [n in passed for n in range(CASES)]
    return wrong


def grade(build, submissions, kinds):
    """(tests a second, submissions that are marked wrongly)."""
    with tempfile.TemporaryDirectory() as work:
        below = os.path.join(work, "in")
        os.mkdir(below)
        names = {"s%05d.py" % n: kinds[n % len(kinds)]
                 for n in range(submissions)}
        for name, kind in names.items():
            with open(os.path.join(below, name), "w",
                      encoding="utf-8") as file:
                file.write(KINDS[kind][1])
        tests = os.path.join(work, "tests.py")
        with open(tests, "w", encoding="utf-8") as file:
            file.write(TESTS)
        out = os.path.join(work, "out")
        begun = time.monotonic()
        subprocess.run([os.path.join(build, "immure"), "grade", "--tests",
                        tests, "--batch", below, "--out", out, "--jobs",
                        str(JOBS)], check=True, stdout=subprocess.DEVNULL)
        took = time.monotonic() - begun
        return submissions * CASES / took, check(out, names)


def main(build, submissions=1000, runs=300):
    submissions, runs = int(submissions), int(runs)
    kinds = list(KINDS)
    ours, wrong = grade(build, submissions, kinds)
    print("immure grade           %7.1f tests/s, %d submissions marked wrongly"
          % (ours, wrong), flush=True)
    for name, way in (("CodeJail's way", codejail),
                      ("bare python3 -E -B -c", bare)):
        theirs = runs_a_second(way, runs, kinds)
        print("%-22s %7.1f tests/s, ratio %.1f"
              % (name, theirs, ours / theirs), flush=True)
    for kind in kinds:
        alone, more = grade(build, max(submissions // 10, 10), [kind])
        theirs = runs_a_second(codejail, max(runs // 10, CASES), [kind])
        wrong += more
        print("  only %-10s      %7.1f tests/s, CodeJail's way %.1f, "
              "ratio %.1f" % (kind, alone, theirs, alone / theirs),
              flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
