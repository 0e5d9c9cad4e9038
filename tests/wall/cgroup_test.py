#!/usr/bin/env python3
"""Control groups: what a guest's account holds, and that none is left."""
import glob
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
IMMURE = os.path.join(BUILD, "immure")
LAYERS = os.path.join(BUILD, "tests/layers")
HIDDEN = ["unshare", "-m", "sh", "-c",
          "mount -t tmpfs none /sys/fs/cgroup; exec \"$@\"", "sh"]


def run(*argv):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, cwd="/",
                          capture_output=True, text=True, timeout=240)


def holds():
    report = json.loads(run(IMMURE, "doctor", "--json").stdout)
    return any(layer["name"] == "cgroup" and layer["state"] == "holds"
               for layer in report["layers"])


def groups(pid):
    return [folder for folder, _, _ in os.walk("/sys/fs/cgroup")
            if f"/immure-{pid}" in folder]


def supervisor_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return int(f.read().split()[0])


def start():
    client = subprocess.Popen(
        [IMMURE, "--wall", "30s", "-c",
         "import time; print('up', flush=True); time.sleep(25)"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert client.stdout.readline() == "up\n"
    return client, supervisor_of(client.pid)


@unittest.skipUnless(holds(), "no control group of our own here")
class Groups(unittest.TestCase):
    def test_a_guest_is_in_it(self):
        client, supervisor = start()
        inside = [d for d in groups(supervisor)
                  if os.path.basename(d).isdigit()]
        self.assertTrue(inside)
        guests = set()
        for folder in inside:
            with open(folder + "/cgroup.procs") as f:
                guests.add(tuple(f.read().split()))
        [[guest]] = guests
        with open(f"/proc/{guest}/status") as f:
            zygote = f.read().split("PPid:")[1].split()[0]
        with open(f"/proc/{supervisor}/task/{supervisor}/children") as f:
            self.assertIn(zygote, f.read().split())
        client.send_signal(signal.SIGTERM)
        client.communicate(timeout=120)
        until = time.monotonic() + 5
        while groups(supervisor) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual(groups(supervisor), [])

    def test_what_a_dead_supervisor_left_is_swept(self):
        client, supervisor = start()
        os.kill(supervisor, signal.SIGKILL)
        client.communicate(timeout=120)
        until = time.monotonic() + 5 # the guest may be dying still
        while groups(supervisor) and time.monotonic() < until:
            run(IMMURE, "-c", "1")
        self.assertEqual(groups(supervisor), [])

    @unittest.skipIf("SANITIZERS" in os.environ,
                     "a sanitizer's shadow is no memory to fill like this")
    def test_page_tables_count(self):
        attack = glob.glob(os.path.join(HERE, "attacks/06-*"))[0]
        result = json.loads(run(LAYERS, "--only=wall", "--json",
                                attack).stdout)
        self.assertEqual(result["verdict"], "memory")
        limit = result["limit"]
        self.assertEqual((limit["name"], limit["layer"], limit["phase"]),
                         ("memory", "kernel", "hard"))
        self.assertGreater(limit["used"], limit["value"])

    def test_memory_error_comes_first(self):
        result = json.loads(run(IMMURE, "--memory", "64M", "--json", "-c",
                                "x = [bytes(1 << 20) for i in range(99)]"
                                ).stdout)
        self.assertEqual((result["verdict"], result["exception"]["type"]),
                         ("error", "MemoryError"))
        self.assertEqual(result["limit"]["layer"], "guest")


class Required(unittest.TestCase):
    def policy(self, *argv):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
            policy.write('[wall]\nrequire = ["cgroup"]\n')
            policy.flush()
            os.chmod(policy.name, 0o644)
            return run(*argv, "--policy", policy.name, "-c", "print(1)")

    def test_there(self):
        if not holds():
            self.skipTest("no control group of our own here")
        self.assertEqual(self.policy(IMMURE).stdout, "1\n")

    @unittest.skipUnless(os.getuid() == 0, "only root can hide them")
    def test_missing(self):
        done = self.policy(*HIDDEN, IMMURE)
        self.assertEqual(done.returncode, 125)
        self.assertIn("cgroup", done.stderr)
        self.assertIn("Delegate=yes", done.stderr)
        self.assertEqual(run(*HIDDEN, IMMURE, "-c", "print(1)").stdout, "1\n")


if __name__ == "__main__":
    unittest.main()
