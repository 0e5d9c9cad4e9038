#!/usr/bin/env python3
"""Where ptrace(2) is refused: verdicts stay true, and nothing outlives its
supervisor, although nobody traces the guest."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
UNTRACED = [os.path.join(BUILD, "tests/wall/without"), "ptrace=EPERM", "--"]
IMMURE = os.path.join(BUILD, "immure")
LAYERS = os.path.join(BUILD, "tests/layers")

# The leak sanitizer ends a program whose ptrace(2) is another's or refused.
if "SANITIZERS" in os.environ:
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"


def run(*argv):
    return subprocess.run([*UNTRACED, *argv], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=240)


def result(code, *options):
    return json.loads(run(IMMURE, "--json", *options, "-c", code).stdout)


def tree(pid):
    """pid and all below it that are no zombies."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [pid]
    for p in found:
        found += parents.get(p, [])
    return found

def setUpModule():
    if os.environ.get("ENGINE") == "patched":
        raise unittest.SkipTest("native code comes by ctypes, which this "
                                "engine has not")



class Verdicts(unittest.TestCase):
    def test_killed(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
            program.write("import ctypes\nctypes.CDLL(None).syscall(39)\n")
            program.flush()
            done = run(LAYERS, "--only=wall", "--json", program.name)
        got = json.loads(done.stdout)
        self.assertEqual((got["verdict"], got["signal"], got["syscall"]),
                         ("killed", signal.SIGSYS, None))
        self.assertIn("ptrace", got["why"])

    def test_others(self):
        for code, verdict in (("print(1)", "ok"),
                              ("raise SystemExit(7)", "exit"),
                              ("1 / 0", "error"),
                              ("import os; os.system('x')", "denied")):
            self.assertEqual(result(code)["verdict"], verdict, code)

    def test_limit(self):
        got = result("while True:\n try:\n  while True: pass\n"
                     " except BaseException: pass", "--cpu", "200ms")
        self.assertEqual(got["verdict"], "cpu")
        self.assertGreaterEqual(got["usage"]["cpu_ms"], 200)

    def test_usage(self):
        usage = result("x = bytearray(40 << 20)")["usage"]
        self.assertGreater(usage["mem_peak"], 40 << 20)
        self.assertGreater(usage["faults"], 1000)


@unittest.skipUnless(os.path.exists("/proc/self/stat"), "no /proc here")
class Ends(unittest.TestCase):
    """client, supervisor, zygote, keeper, guest: kill one, and look."""

    def kill_one(self, which):
        client = subprocess.Popen(
            [*UNTRACED, IMMURE, "--wall", "20s", "--json", "-c",
             "import time\nprint('up', flush=True)\ntime.sleep(15)"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        line, until = [], time.monotonic() + 20
        while len(line) != 5 and time.monotonic() < until:
            time.sleep(0.2)
            line = tree(client.pid)
        time.sleep(0.3)
        self.assertEqual(tree(client.pid), line)
        os.kill(line[which], signal.SIGKILL)
        out, _ = client.communicate(timeout=120)
        until = time.monotonic() + 5
        while any(os.path.exists(f"/proc/{p}") for p in line[1:]) and \
                time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual([p for p in line[1:]
                          if os.path.exists(f"/proc/{p}")], [])
        return json.loads(out)["verdict"] if out else None

    def test_supervisor(self):
        self.kill_one(1)

    def test_zygote(self):
        self.assertEqual(self.kill_one(2), "internal")

    def test_keeper(self):
        self.assertEqual(self.kill_one(3), "internal")

    def test_guest(self):
        self.assertEqual(self.kill_one(4), "killed")


if __name__ == "__main__":
    unittest.main()
