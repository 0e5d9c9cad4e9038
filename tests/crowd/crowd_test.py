#!/usr/bin/env python3
"""200 guests at once, half of them hostile by native code, none harmed;
nothing of those outside is in a guest's memory; and what a policy gives all of
them is in memory once."""
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
CROWD = os.path.join(BUILD, "tests/crowd/crowd")
KEYS = (0x5a, 0xa7)  # as in guests/scan.py


def guest(name):
    return os.path.join(HERE, "guests", name)


def read_lines(text):
    """[(file, result or message)]"""
    for line in text.splitlines():
        name, _, result = line.partition("\t")
        yield name, (json.loads(result) if result.startswith("{") else result)


def crowd(*args, **more):
    done = subprocess.run([CROWD, "--only=wall", *args], timeout=900,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, **more)
    assert done.returncode == 0, done.stderr
    return list(read_lines(done.stdout))


SANITIZERS = unittest.skipIf(
    "SANITIZERS" in os.environ, "a sanitizer's shadow is terabytes to look at")


@SANITIZERS
class Crowd(unittest.TestCase):
    def test_half_hostile(self):
        results = crowd("--guests", "200", "--wall", "240000", "--cpu", "300",
                        "100", guest("victim.py"), "100", guest("hostile.py"))
        self.assertEqual(len(results), 200)
        ends = {}
        for name, result in results:
            self.assertIsInstance(result, dict, result)
            if name == "victim.py":
                self.assertEqual((result["verdict"], result["stdout"]),
                                 ("ok", "unharmed\n"), result)
            else:
                call = result["syscall"] or {"name": None}
                key = (result["verdict"], call["name"])
                ends[key] = ends.get(key, 0) + 1
        self.assertEqual({v for v, _ in ends}, {"killed", "cpu", "output"},
                         ends)
        self.assertGreaterEqual(
            {name for _, name in ends},
            {"kill", "tgkill", "ptrace", "process_vm_readv", "openat",
             "pidfd_open", "socket", "sched_setaffinity", "setpriority",
             "prlimit64", "read", "shmat", "clock_gettime"}, ends)

    def test_none_is_starved(self):
        """Ten spin, ten ask for more: a share is half a fair one at least."""
        results = crowd("--guests", "20", "--wall", "3000", "--cpu", "60000",
                        "10", guest("spin.py"), "10", guest("greedy.py"))
        used = {}
        for name, result in results:
            self.assertEqual(result["verdict"], "wall", result)
            used.setdefault(name, []).append(result["usage"]["cpu_ms"])
        fair = statistics.mean(used["spin.py"] + used["greedy.py"])
        self.assertGreaterEqual(statistics.median(used["spin.py"]), fair / 2,
                                used)
        self.assertGreaterEqual(min(used["spin.py"]), fair / 4, used)


@SANITIZERS
class Canary(unittest.TestCase):
    """A word of the client's, and so of the supervisor's: in the environment,
    the current folder, the path of the program and other guests' code."""

    def setUp(self):
        self.needle = secrets.token_hex(16)
        self.folder = tempfile.mkdtemp(suffix="-" + self.needle)
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return path

    def scanner(self, planted=""):
        with open(guest("scan.py"), encoding="ascii") as f:
            text = f.read()
        raw = self.needle.encode()
        halves = [bytes(b ^ key for b in half).hex()
                  for half, key in zip((raw[:16], raw[16:]), KEYS)]
        for mark, value in (("@HEAD@", halves[0]), ("@TAIL@", halves[1]),
                            ("@PLANTED@", planted)):
            text = text.replace(mark, value)
        return self.write("scan.py", text)

    def scan(self, path):
        sibling = self.write("sibling.py", f"import time\n"
                             f"x = '{self.needle}'\ntime.sleep(2)\n")
        environment = dict(os.environ, CANARY=self.needle)
        results = crowd("--guests", "8", "--cpu", "60000", "--wall", "240000",
                        "3", sibling, "3", path, env=environment,
                        cwd=self.folder)
        for name, result in results:
            self.assertEqual(result["verdict"], "ok", result)
            if name == "scan.py":
                megabytes, *where = result["stdout"].split()
                self.assertGreater(int(megabytes), 10)
                yield where

    def test_not_in_a_guest(self):
        for where in self.scan(self.scanner()):
            self.assertEqual(where, [])

    def test_one_that_is_there_is_found(self):
        planted = self.needle[::-1].encode().hex()
        for where in self.scan(self.scanner(planted)):
            self.assertNotEqual(where, [])

    @unittest.skipUnless(os.geteuid() == 0 and os.path.exists("/proc/self"),
                         "a guest's memory is for root to read")
    def test_not_in_a_guest_from_outside(self):
        """Both walls up, as installed; the supervisor does hold the word."""
        path = self.write("wait.py",
                          "print('up', flush=True)\nimport time\n"
                          "while True: time.sleep(1)\n")
        with subprocess.Popen(
                [os.path.join(BUILD, "immure"), "--wall", "60s",
                 os.path.basename(path)], cwd=self.folder,
                env=dict(os.environ, CANARY=self.needle),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"up\n")
            line = [process.pid]
            while len(line) < 8:
                with open(f"/proc/{line[-1]}/task/{line[-1]}/children",
                          encoding="ascii") as f:
                    children = f.read().split()
                if not children:
                    break
                line.append(int(children[-1]))
            memories = [memory(pid) for pid in line]
            process.kill()
        found = [self.needle.encode() in m for m in memories]
        self.assertEqual(found[:2], [True, True])  # client and supervisor
        self.assertGreaterEqual(len(found), 4)
        self.assertFalse(any(found[2:]), found)
        built_from = os.path.dirname(BUILD).encode()
        self.assertFalse(any(built_from in m for m in memories[2:]))


@SANITIZERS
class Shared(unittest.TestCase):
    """The files of a policy: ten guests that have read 100 MB each."""

    SIZE, GUESTS, OWN = 100 << 20, 10, 12 << 20
    READ = ("f = open('big', 'rb', buffering=0)\n"
            "piece = bytearray(1 << 16)\n"
            "while f.readinto(piece): pass\n"
            "import time\n"
            "while True: time.sleep(1)\n")

    def setUp(self):
        self.folder = tempfile.mkdtemp(suffix="-" + secrets.token_hex(16))
        self.addCleanup(shutil.rmtree, self.folder)

    def policy(self):
        path = os.path.join(self.folder, "p.toml")
        with open(os.path.join(self.folder, "big"), "wb") as f:
            f.truncate(self.SIZE)
        with open(path, "w", encoding="ascii") as f:
            f.write('[files]\nread_only = ["big"]\n')
        return subprocess.run(
            [os.path.join(BUILD, "immure"), "policy", "show", "--json", path],
            check=True, capture_output=True, text=True).stdout

    def wait_for_readers(self, pid):
        """The sizes of those that have read all, when all have."""
        end, readers = time.monotonic() + 80, []
        while len(readers) < self.GUESTS and time.monotonic() < end:
            time.sleep(0.1)
            readers = [sizes for sizes in map(sizes_of, below(pid))
                       if sizes["Rss"] >= self.SIZE]
        return readers

    @unittest.skipUnless(os.geteuid() == 0,
                         "a guest's memory is for root to read")
    def test_one_copy(self):
        program = os.path.join(self.folder, "read.py")
        with open(program, "w", encoding="ascii") as f:
            f.write(self.READ)
        with subprocess.Popen(
                [CROWD, "--guests", str(self.GUESTS), "--wall", "100000",
                 "--cpu", "60000", "--policy", self.policy(),
                 str(self.GUESTS), program], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL) as process:
            readers = self.wait_for_readers(process.pid)
            found = memory(readers[0]["pid"]) if readers else b""
            process.kill()
        self.assertEqual(len(readers), self.GUESTS)
        self.assertNotIn(os.path.basename(self.folder).encode(), found)
        for sizes in readers:
            self.assertLess(sizes["Private_Clean"] + sizes["Private_Dirty"],
                            self.OWN, sizes)
        self.assertLess(sum(sizes["Pss"] for sizes in readers),
                        self.SIZE + self.GUESTS * self.OWN, readers)


def below(pid):
    """The processes that a process has started, and they."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            children = f.read().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from below(child)


def sizes_of(pid):
    """Bytes of each kind of a process's memory."""
    sizes = {"pid": pid, "Rss": 0}
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                name, _, rest = line.partition(":")
                if rest.endswith(" kB\n"):
                    sizes[name] = int(rest.split()[0]) << 10
    except OSError:
        pass
    return sizes


def memory(pid):
    """All that can be read of a process's memory."""
    parts = []
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            span, mode = line.split()[:2]
            start, end = (int(x, 16) for x in span.split("-"))
            if mode[0] != "r" or "[v" in line:
                continue
            mem.seek(start)
            try:
                parts.append(mem.read(end - start))
            except OSError:
                continue
    return b"".join(parts)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
