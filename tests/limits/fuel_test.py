"""Fuel: the same number in every run, and a bound on it (TAP).

On the stock engine: that it is refused."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
ENGINE = os.environ.get("ENGINE", "stock")

# Calls, loops, generators, exceptions, classes, imports, a set, a dict, text.
PROGRAM = """
import collections, json, re
class Node:
    def __init__(self, n): self.n, self.below = n, [Node(n - 1)] * 2 if n else []
    def __iter__(self):
        yield self.n
        for node in self.below: yield from node
total = sum(Node(8)) + len({str(i) for i in range(500)})
seen = collections.Counter(re.findall(r'\\w', json.dumps(list(range(300)))))
for i in range(200):
    try: [][i]
    except IndexError: total += 1
async def one(): return 1
async def many(): return sum([await one() for _ in range(50)])
import asyncio
print(total, seen['1'], asyncio.run(many()))
"""
LOOP = "for i in range(%d): pass"
ENDLESS = {
    "a loop": "while True: pass",
    "calls": "def f(): pass\nwhile True: f()",
    "recursion": "def f(): f()\nwhile True:\n try: f()\n except RecursionError: pass",
    "a generator": "def g():\n while True: yield\nfor _ in g(): pass",
    "caught": "while True:\n try:\n  while True: pass\n except BaseException: pass",
    "in finally": "try:\n while True: pass\nfinally:\n while True: pass",
    "in __del__": "class C:\n def __del__(self):\n  while True: pass\nC()",
    "atexit": "import atexit\n@atexit.register\ndef f():\n while True: pass",
    "a comprehension": "[0 for _ in iter(int, 1) if not _]",
    "a sort key": "def k(x):\n while True: pass\nsorted([1, 2], key=k)",
}


def run(*options):
    done = subprocess.run(
        [os.path.join(BUILD, "immure"), "run", "--json", "--wall", "20s",
         "--cpu", "10s", *options], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done, json.loads(done.stdout) if done.stdout else None


def used(program, *options):
    _, result = run(*options, "-c", program)
    assert result["verdict"] == "ok", result
    return result["usage"]["fuel"]


def check_equal():
    """20 runs take one number, with a bound and without"""
    counts = {used(PROGRAM, "--fuel", "50M") for _ in range(20)}
    assert len(counts) == 1, counts
    assert counts == {used(PROGRAM)}, counts


def check_twice():
    """twice the loop takes twice the fuel"""
    one, two = used(LOOP % 100000), used(LOOP % 200000)
    assert two - one == 100000 and 100000 <= one <= 100100, (one, two)


def check_edge():
    """what is given may be used, all of it, and not one more"""
    exact = used(LOOP % 9999)
    assert exact == 10000, exact
    assert used(LOOP % 9999, "--fuel", "10K") == 10000
    done, result = run("--fuel", "10K", "-c", LOOP % 10000)
    assert result["verdict"] == "fuel" and done.returncode == 124, result


def check_endless():
    """whatever runs for ever ends by its fuel"""
    for name, program in ENDLESS.items():
        done, result = run("--fuel", "200K", "-c", program)
        limit = result["limit"]
        assert result["verdict"] == "fuel", (name, result)
        assert done.returncode == 124, (name, done.returncode)
        assert limit["name"] == "fuel" and limit["layer"] == "guest", name
        assert limit["value"] == 200000 and limit["used"] == 200001, limit


def check_report():
    """a program that catches TimeLimit still reports"""
    done, result = run("--fuel", "1K", "-c", "import immure\ntry:\n while 1: pass\n"
                       "except immure.TimeLimit as e: print('end:', e)")
    assert result["stdout"].startswith("end: the fuel"), result
    assert result["verdict"] == "fuel", result


def check_policy():
    """limits.fuel of a policy counts as the option does"""
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                        "immure-fuel-%d.toml" % os.getpid())
    with open(path, "w", encoding="utf-8") as policy:
        policy.write('extends = ["pure"]\n[limits]\nfuel = "1K"\n')
    try:
        _, result = run("--policy", path, "-c", "while 1: pass")
        assert result["verdict"] == "fuel", result
        assert used(LOOP % 5000, "--policy", path, "--fuel", "0K") >= 5000
    finally:
        os.unlink(path)


def check_refused():
    """an engine that counts nothing refuses a bound"""
    done, result = run("--fuel", "1K", "-c", "print(1)")
    assert done.returncode == 125 and result is None, done
    assert b"the stock engine counts no steps" in done.stderr, done.stderr
    _, result = run("-c", "print(1)")
    assert result["usage"]["fuel"] is None, result


CHECKS = ((check_equal, check_twice, check_edge, check_endless, check_report,
           check_policy) if ENGINE == "patched" else (check_refused,))


def main():
    print("1..%d" % len(CHECKS))
    failed = 0
    for number, check in enumerate(CHECKS, 1):
        try:
            check()
            print("ok %d - %s" % (number, check.__doc__))
        except AssertionError as error:
            failed += 1
            print("not ok %d - %s\n# %s" % (number, check.__doc__,
                                            str(error)[:600]))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
