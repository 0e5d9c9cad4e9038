#!/usr/bin/env python3
"""However a run ends, its verdict is true and nothing of it is left behind.

Usage: test_lifecycle.py BUILD_DIR [unittest arguments]
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
IMMURE = os.path.join(BUILD, "immure")
# What a shell starts in the background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
LOOP = "import time\nprint('up', flush=True)\nwhile True: time.sleep(0.01)\n"


def children(pid):
    """Direct children of pid, from /proc."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(entry))
    return found


def descendants(pid):
    found, todo = [], [pid]
    while todo:
        kids = children(todo.pop())
        found += kids
        todo += kids
    return found


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pids, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(p) for p in pids):
            return True
        time.sleep(0.01)
    return False


def start(code=LOOP, *options):
    return subprocess.Popen(
        [IMMURE, "--wall", "100s", "--json", *options, "-c", code],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def only_children(pid):
    """[pid, its only child, that one's only child...]"""
    line = [pid]
    while True:
        kids = children(line[-1])
        if len(kids) != 1:
            return line
        line.append(kids[0])


def wait_for_guest(process):
    """[client, supervisor, zygote, guest], once they have come to rest:
    while a zygote starts, short-lived helpers stand in the line."""
    end = time.monotonic() + 90
    before = []
    while time.monotonic() < end:
        line = only_children(process.pid)
        if len(line) == 4 and line == before:
            return line
        before = line
        time.sleep(0.3)
    raise AssertionError("no guest came up")


def run(code, *options):
    done = subprocess.run([IMMURE, "--json", *options, "-c", code],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=240)
    return done.returncode, json.loads(done.stdout)


NEEDS_PROC = unittest.skipUnless(
    os.path.exists("/proc/self/stat"), "no /proc here to find processes by")


@NEEDS_PROC
class Killed(unittest.TestCase):
    def end_one(self, which, sig):
        process = start()
        line = wait_for_guest(process)
        os.kill(line[which], sig)
        out, err = process.communicate(timeout=120)
        self.assertTrue(gone(line), f"left behind: {line}")
        return process.returncode, out, err

    def test_client(self):
        self.end_one(0, signal.SIGKILL)

    def test_client_interrupted(self):
        code, _, _ = self.end_one(0, signal.SIGINT)
        self.assertEqual(code, -signal.SIGINT)

    def test_supervisor(self):
        code, _, err = self.end_one(1, signal.SIGKILL)
        self.assertEqual(code, 125)
        self.assertIn(b"supervisor", err)

    def test_supervisor_terminated(self):
        code, _, _ = self.end_one(1, signal.SIGTERM)
        self.assertEqual(code, 125)

    def test_zygote(self):
        code, out, _ = self.end_one(2, signal.SIGKILL)
        self.assertEqual(code, 125)
        self.assertEqual(json.loads(out)["verdict"], "internal")

    def test_guest(self):
        code, out, _ = self.end_one(3, signal.SIGKILL)
        result = json.loads(out)
        self.assertEqual(result["verdict"], "killed")
        self.assertEqual(result["signal"], signal.SIGKILL)
        self.assertEqual(code, 128 + signal.SIGKILL)

    def test_guest_crashes(self):
        code, out, _ = self.end_one(3, signal.SIGSEGV)
        result = json.loads(out)
        self.assertEqual(result["verdict"], "crashed")
        self.assertEqual(code, 128 + signal.SIGSEGV)

    def test_at_random_moments(self):
        """kill -9 of anybody at any time, start-up included."""
        for _ in range(24):
            process = start()
            time.sleep(random.uniform(0, 0.25))
            line = [process.pid] + descendants(process.pid)
            try:
                os.kill(random.choice(line), signal.SIGKILL)
            except ProcessLookupError:
                pass  # a helper of the zygote's start
            try:
                process.communicate(timeout=0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate(timeout=120)
            self.assertTrue(gone(line), f"left behind: {line}")


@NEEDS_PROC
class Stopped(unittest.TestCase):
    def test_a_stopped_guest_meets_its_limit(self):
        process = start(LOOP, "--cpu", "1s")
        line = wait_for_guest(process)
        process.kill()
        process.communicate()
        self.assertTrue(gone(line))
        process = subprocess.Popen(
            [IMMURE, "--json", "--wall", "3s", "-c", LOOP],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        line = wait_for_guest(process)
        os.kill(line[3], signal.SIGSTOP)
        out, _ = process.communicate(timeout=120)
        self.assertEqual(json.loads(out)["verdict"], "wall")
        self.assertTrue(gone(line))


class Limits(unittest.TestCase):
    """What tests/limits has no row for."""
    def test_soft_limit_can_report(self):
        status, result = run(
            "import immure\ndef student():\n while True: pass\n"
            "try: student()\n"
            "except immure.TimeLimit: print('partial mark: 3')",
            "--wall", "300ms")
        self.assertEqual(result["verdict"], "wall")
        self.assertEqual(result["limit"]["phase"], "soft")
        self.assertEqual(result["stdout"], "partial mark: 3\n")
        self.assertEqual(status, 124)


class NothingShared(unittest.TestCase):
    def test_random_differs(self):
        seen = set()
        for _ in range(8):
            _, result = run("import random; print(random.random())")
            seen.add(result["stdout"])
        self.assertEqual(len(seen), 8)

    def test_seed(self):
        code = "import random; print(random.random())"
        first, second = (run(code, "--seed", "7")[1] for _ in range(2))
        self.assertEqual(first["stdout"], second["stdout"])

    def test_environment_is_empty(self):
        done = subprocess.run(
            [IMMURE, "--env-var", "GIVEN=1", "-c",
             "import os; print(dict(os.environ))"],
            env={"SECRET": "canary"}, capture_output=True, text=True)
        self.assertEqual(done.stdout, "{'GIVEN': '1'}\n", done.stderr)


class Caller(unittest.TestCase):
    """Whatever state the calling program is in."""

    def test_signals_blocked_and_ignored(self):
        def strange():
            signal.pthread_sigmask(signal.SIG_BLOCK,
                                   set(signal.valid_signals()))
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        for code, status in [("print(1)", 0), ("while True: pass", 124)]:
            with self.subTest(code=code):
                done = subprocess.run(
                    [IMMURE, "--wall", "500ms", "-c", code],
                    stdin=subprocess.DEVNULL, capture_output=True,
                    preexec_fn=strange, timeout=120)
                self.assertEqual(done.returncode, status, done.stderr)

    @NEEDS_PROC
    def test_descriptors_stay_outside(self):
        fds = [os.dup2(os.open("/etc/passwd", os.O_RDONLY), n)
               for n in range(30, 40)]
        process = subprocess.Popen(
            [IMMURE, "--wall", "20s", "-c", LOOP], pass_fds=fds,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            _, supervisor, zygote, guest = wait_for_guest(process)
            for pid, most in ((supervisor, 24), (zygote, 4), (guest, 4)):
                open_now = {int(n) for n in os.listdir(f"/proc/{pid}/fd")}
                self.assertLessEqual(len(open_now), most)
                self.assertFalse(open_now & set(fds))
        finally:
            process.kill()
            process.wait()
            for fd in fds:
                os.close(fd)


class Memory(unittest.TestCase):
    """What a job brings is in the supervisor once."""

    SIZE = 64 << 20

    @NEEDS_PROC
    @unittest.skipIf("SANITIZERS" in os.environ, "a sanitizer keeps memory")
    def test_given_file(self):
        with tempfile.NamedTemporaryFile() as f:
            f.truncate(self.SIZE)
            code = ("import os, time\nassert os.path.getsize('big') == %d\n"
                    "print('up', flush=True)\ntime.sleep(60)" % self.SIZE)
            process = subprocess.Popen(
                [IMMURE, "--wall", "100s", "--files", "100M", "--memory",
                 "500M", "--file", "big=" + f.name, "-c", code],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            try:
                self.assertEqual(process.stdout.readline(), b"up\n")
                supervisor = children(process.pid)[0]
                with open(f"/proc/{supervisor}/status") as status:
                    most = next(int(line.split()[1]) << 10 for line in status
                                if line.startswith("VmHWM:"))
                self.assertLess(most, 1.25 * self.SIZE)
            finally:
                process.kill()
                process.communicate()


class HostProgram(unittest.TestCase):
    """immure host: one program, normal mode first, then the jail for good."""

    def host(self, code, *options):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
            f.write(code)
            f.flush()
            return subprocess.run(
                [IMMURE, "host", *options, f.name, "an argument"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=240)

    def test_threads_and_second_call(self):
        done = self.host(
            "import sys, threading\n"
            "e = threading.Event()\n"
            "t = threading.Thread(target=e.wait); t.start()\n"
            "try: sys.enter_jail()\n"
            "except RuntimeError as x: print(x)\n"
            "e.set(); t.join()\n"
            "sys.enter_jail()\n"
            "try: sys.enter_jail()\n"
            "except RuntimeError as x: print(x)\n"
            "sys.exit(7)\n")
        self.assertEqual(done.returncode, 7, done.stderr)
        first, second = done.stdout.splitlines()
        self.assertIn("threads are alive", first)
        self.assertIn("already", second)

    @unittest.skipIf(os.environ.get("ENGINE") == "patched",
                     "a program of this engine has no sockets to hold")
    def test_what_it_held_is_gone(self):
        done = self.host(
            "import os, socket, sys, subprocess\n"
            "os.dup2(os.open('/etc/passwd', 0), 77)\n"
            "s = socket.socket()\n"
            "sys.enter_jail()\n"
            "for f in (lambda: os.read(77, 5), lambda: open('/etc/passwd'),\n"
            "          lambda: s.connect(('127.0.0.1', 1)),\n"
            "          lambda: subprocess.run(['true'])):\n"
            "    try: print('ESCAPED', f())\n"
            "    except Exception as x: print(type(x).__name__)\n"
            "print(dict(os.environ), sys.argv[1:])\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines(),
                         ["OSError", "FileNotFoundError", "JailDenied",
                          "JailDenied", "{} ['an argument']"])

    def test_limits_start_at_the_jail(self):
        done = self.host(
            "import sys, time\ntime.sleep(0.6)\nsys.enter_jail()\n"
            "while True: pass\n", "--wall", "400ms", "--json")
        result = json.loads(done.stdout)
        self.assertEqual(result["verdict"], "wall")
        self.assertGreaterEqual(result["limit"]["used"], 400)

    def test_never_jailed(self):
        done = self.host("print('in the open')\n")
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stdout, "in the open\n")
        self.assertIn("nothing of it was confined", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
