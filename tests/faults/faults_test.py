#!/usr/bin/env python3
"""Whatever fails, whoever dies: one verdict, or one clear failure, and nothing
left behind.  The rows are faults.toml's."""
import concurrent.futures
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
SEED = int(os.environ.get("FAULTS_SEED", random.randrange(10 ** 6)))
KILLS = int(os.environ.get("FAULTS_KILLS", "200"))
PROGRAM = ("import time\nprint('up', flush=True)\n"
           "until = time.monotonic() + 0.1\n"
           "while time.monotonic() < until: time.sleep(0.01)\nprint('done')\n")
OUTPUT = "up\ndone\n"
NOBODY, HANGS = 65534, 120


class Place:
    """A copy of the programs: its processes are told by where they are from."""

    def __init__(self):
        self.folder = os.path.realpath(tempfile.mkdtemp())
        os.chmod(self.folder, 0o755)
        self.tmp = os.path.join(self.folder, "tmp")
        os.mkdir(self.tmp, 0o777)
        for name in ("immure", "immure-supervisor", "immure-zygote",
                     "tests/crowd/crowd"):
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy2(os.path.join(BUILD, name), path)
        self.immure = os.path.join(self.folder, "immure")
        self.before = self.census()

    def clear(self):
        shutil.rmtree(self.folder)

    def strace(self, call, error, when):
        """The supervisor, whose n-th call fails."""
        path = os.path.join(self.folder, "immure-supervisor")
        os.rename(path, path + ".real")
        with open(path, "w", encoding="ascii") as f:
            f.write(f"#!/bin/sh\nexec strace -D -qq -o /dev/null"
                    f" -e trace={call}"
                    f" -e inject={call}:error={error}:when={when}"
                    f" -- {path}.real \"$@\"\n")
        os.chmod(path, 0o755)

    def inject(self, *fault):
        """The zygote and its guests, whose every such call fails."""
        path = os.path.join(self.folder, "immure-zygote")
        os.rename(path, path + ".real")
        shutil.copy2(os.path.join(BUILD, "tests/faults/inject"), path)
        with open(path + ".fault", "w", encoding="ascii") as f:
            f.write(" ".join(map(str, fault)) + "\n")

    def processes(self):
        found = []
        for pid in os.listdir("/proc"):
            try:
                if pid.isdigit() and os.readlink(
                        f"/proc/{pid}/exe").startswith(self.folder + "/"):
                    found.append(int(pid))
            except OSError:
                continue  # a zombie, or gone
        return found

    def census(self):
        """All that a run could leave."""
        with open("/proc/self/mountinfo", encoding="utf-8") as f:
            mounts = sum(self.folder in line or "immure" in line
                         for line in f)
        return {"processes": self.processes(), "mounts": mounts,
                "tmp": os.listdir(self.tmp)}

    def left(self, seconds=60):
        """What is there now and was not before; all are given time to end."""
        end = time.monotonic() + seconds
        while self.processes() and time.monotonic() < end:
            time.sleep(0.01)
        now = self.census()
        return {key: value for key, value in now.items()
                if value != self.before[key]}

    def start(self, *options, code=PROGRAM, **more):
        return subprocess.Popen(
            [self.immure, "--json", *options, "-c", code],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, TMPDIR=self.tmp), **more)

    def run(self, *options, **more):
        return self.end(self.start(*options, **more))

    def end(self, process):
        try:
            out, err = process.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            out, err = process.communicate()
            return "hung", out, err
        return process.returncode, out, err


def stale_groups():
    """Control groups, immure-PID, of supervisors that are no more."""
    return [os.path.join(path, name)
            for path, below, _ in os.walk("/sys/fs/cgroup")
            for name in below if name.startswith("immure-")
            and not os.path.exists("/proc/" + name.rpartition("-")[2])]


def wrong(status, out, err):
    """What is wrong with how a run ended, or None."""
    lines = out.splitlines()
    if not lines:
        said = [line for line in err.splitlines()
                if line.startswith("immure: ")]
        if status != 125 or len(said) != 1:
            return f"status {status}, no result, stderr {err!r}"
        return None
    if len(lines) != 1:
        return f"{len(lines)} results"
    result = json.loads(lines[0])
    verdict = result["verdict"]
    if verdict == "ok" and (status != 0 or result["stdout"] != OUTPUT):
        return f"ok with status {status} and {result['stdout']!r}"
    if verdict == "internal" and (status != 125 or not result["why"]):
        return f"internal with status {status} and {result['why']!r}"
    if verdict not in ("ok", "internal", "killed"):
        return f"verdict {verdict}: {result['exception']}"
    return None


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def descendants(pid):
    found, todo = [], [pid]
    while todo:
        kids = children(todo.pop())
        found += kids
        todo += kids
    return found


NEEDS_PROC = unittest.skipUnless(
    os.path.exists("/proc/self/task"), "no /proc here to find processes by")


class InPlaces(unittest.TestCase):
    """Runs cases on all processors, each in a place of its own."""

    def each(self, cases, do):
        """do(place, case) gives what is wrong, or None."""
        def one(case):
            place = Place()
            try:
                what = do(place, case) or None
                left = place.left()
            finally:
                for pid in place.processes():
                    os.kill(pid, signal.SIGKILL)
                place.clear()
            return case, what, left
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for case, what, left in pool.map(one, cases):
                with self.subTest(case=case):
                    self.assertIsNone(what)
                    self.assertEqual(left, {})


def rows(table):
    with open(os.path.join(HERE, "faults.toml"), "rb") as f:
        return tomllib.load(f)[table]


@NEEDS_PROC
class Injected(InPlaces):
    @unittest.skipUnless(shutil.which("strace"), "no strace")
    def test_supervisor(self):
        def do(place, case):
            place.strace(*case)
            return wrong(*place.run())
        self.each([(call, row["error"], when)
                   for call, row in rows("supervisor").items()
                   for when in row["when"]], do)

    def test_zygote(self):
        def do(place, case):
            row = rows("zygote")[case]
            place.inject(row["call"], getattr(errno, row["error"]),
                         *map(hex, row.get("argument", ())))
            return wrong(*place.run())
        self.each(rows("zygote"), do)


@NEEDS_PROC
class Short(InPlaces):
    """Too little of something, for all processes of a run."""

    def limited(self, what, values, **more):
        def do(place, value):
            command = ["prlimit", f"--{what}={value}"]
            status, out, err = place.end(subprocess.Popen(
                command + [place.immure, "--json", "-c", PROGRAM],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, **more))
            if status in (1, 127) and not out:
                return None  # prlimit or the loader could not start immure
            return wrong(status, out, err)
        self.each(values, do)

    def test_descriptors(self):
        self.limited("nofile", range(4, 28, 2))

    def test_address_space(self):
        self.limited("as", [n << 20 for n in (3, 6, 8, 12, 20, 40, 60, 80)])

    @unittest.skipUnless(os.geteuid() == 0, "root chooses another user")
    def test_processes(self):
        self.limited("nproc", range(5), user=NOBODY, group=NOBODY,
                     extra_groups=[])


@NEEDS_PROC
class Killed(InPlaces):
    def test_at_random_moments(self):
        """kill -9 of supervisor, zygote and guest, start-up included."""
        print(f"# FAULTS_SEED={SEED}")
        before = set(stale_groups())    # of others, perhaps elsewhere
        rng = random.Random(SEED)
        started = time.monotonic()
        place = Place()
        place.run()
        whole = 2 * (time.monotonic() - started)  # two run at a time
        place.clear()

        def do(place, moment):
            process = place.start()
            time.sleep(moment[0] * whole)
            line = descendants(process.pid)
            if line:
                victim = line[int(moment[1] * len(line))]
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            return wrong(*place.end(process))
        self.each([(rng.random(), rng.random()) for _ in range(KILLS)], do)
        self.sweep(before)

    def sweep(self, before):
        """A killed supervisor can't clear up; the next one does."""
        end = time.monotonic() + 60
        while set(stale_groups()) - before and time.monotonic() < end:
            place = Place()
            place.run()
            place.clear()
        self.assertEqual(set(stale_groups()) - before, set())

    def test_guests_of_a_crowd(self):
        """A context lives on: each job ends once, nothing is kept open."""
        place = Place()
        rng = random.Random(SEED)
        self.addCleanup(place.clear)
        program = os.path.join(place.folder, "program.py")
        with open(program, "w", encoding="ascii") as f:
            f.write(PROGRAM)
        process = subprocess.Popen(
            [os.path.join(place.folder, "tests/crowd/crowd"), "--rounds", "4",
             "--hold", "50", program], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.kill)
        stop = threading.Event()

        def kill():
            for turn in range(10 ** 6):
                if stop.wait(0.05):
                    return
                zygotes = [z for s in children(process.pid)
                           for z in children(s)]
                guests = [g for z in zygotes for g in children(z)]
                victims = zygotes if turn % 40 == 39 else guests
                if not victims:
                    continue
                try:
                    os.kill(rng.choice(victims), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        killer = threading.Thread(target=kill)
        killer.start()
        lines = []
        for line in process.stdout:
            if line == "held\n":
                break
            lines.append(line)
        stop.set()
        killer.join()
        self.assertEqual(len(lines), 200)
        verdicts = [json.loads(line.partition("\t")[2])["verdict"]
                    for line in lines if "\tfailed: " not in line]
        self.assertIn("ok", verdicts)
        self.assertEqual(set(verdicts) - {"ok", "killed", "internal"}, set())
        (supervisor,) = children(process.pid)
        self.settle(supervisor)
        process.stdin.close()
        process.wait(timeout=120)
        process.stdout.close()
        self.assertEqual(place.left(), {})

    def settle(self, supervisor):
        """Down to what an idle pool has: no zombie, few descriptors."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            open_now = len(os.listdir(f"/proc/{supervisor}/fd"))
            alive = len(descendants(supervisor))
            if open_now <= 20 + 6 * alive and alive <= 18:
                return
            time.sleep(0.2)
        self.fail(f"{open_now} descriptors, {alive} processes are kept")


@NEEDS_PROC
class Stopped(InPlaces):
    """Clocks that jump: a supervisor that does not run for a while."""

    def hold_up(self, place, *options, code, seconds):
        """Stop the supervisor once the guest runs."""
        process = subprocess.Popen(
            [place.immure, "--report-fd", "2", *options, "-c", code],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        up = process.stdout.readline()
        (supervisor,) = children(process.pid)
        os.kill(supervisor, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(supervisor, signal.SIGCONT)
        status, _, err = place.end(process)
        result = [line for line in err.splitlines() if line.startswith("{")]
        return (status, "\n".join(result), err) if up else ("no guest", "", err)

    def test_a_guest_within_its_limits(self):
        def do(place, _):
            return wrong(*self.hold_up(
                place, "--wall", "60s", seconds=1.5,
                code=PROGRAM.replace("0.1", "0.5")))
        self.each([0], do)

    def test_a_guest_past_its_limit(self):
        def do(place, _):
            status, out, _ = self.hold_up(
                place, "--cpu", "500ms", "--wall", "60s", seconds=5,
                code="print('up', flush=True)\nwhile True: pass")
            result = json.loads(out)
            if (status, result["verdict"], result["limit"]["name"]) != (
                    124, "cpu", "cpu"):
                return f"{status}, {result}"
            return None
        self.each([0], do)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
