#!/usr/bin/env python3
"""A host user for each guest that root starts, and nobody else's."""
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
FIRST, COUNT, NOBODY = 0x70000000, 65536, 65534


def holds():
    done = subprocess.run([IMMURE, "doctor", "--json"], capture_output=True)
    return any(layer["name"] == "own_uid" and layer["state"] == "holds"
               for layer in json.loads(done.stdout)["layers"])


def start():
    client = subprocess.Popen(
        [IMMURE, "--wall", "30s", "-c",
         "import time; print('up', flush=True); time.sleep(25)"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert client.stdout.readline() == "up\n"
    return client


def below(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


def uids(pid):
    """The users of a process: real, effective, saved, of files."""
    with open(f"/proc/{pid}/status") as f:
        line = next(line for line in f if line.startswith("Uid:"))
    return [int(uid) for uid in line.split()[1:]]


def status(pid, key):
    with open(f"/proc/{pid}/status") as f:
        return next(line for line in f if line.startswith(key)).split()[1]


def family(client):
    """(supervisor, zygote, guest)"""
    supervisor = below(client.pid)[0]
    zygote = below(supervisor)[0]
    return supervisor, zygote, below(zygote)[0]


def end(*clients):
    for client in clients:
        client.send_signal(signal.SIGTERM)
        client.communicate(timeout=120)


@unittest.skipUnless(holds(), "no user ids to give out here")
class Uids(unittest.TestCase):
    def test_each_has_one(self):
        clients = [start() for _ in range(4)]
        seen = set()
        for client in clients:
            _, zygote, guest = family(client)
            self.assertEqual(set(uids(zygote)), {NOBODY})
            own, = set(uids(guest))
            self.assertTrue(FIRST <= own < FIRST + COUNT)
            seen.add(own)
        self.assertEqual(len(seen), 4)
        end(*clients)

    def test_a_guest_has_no_rights(self):
        client = start()
        _, zygote, guest = family(client)
        for key in ("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"):
            self.assertEqual(int(status(guest, key), 16), 0, key)
        self.assertEqual(int(status(zygote, "CapEff:"), 16), 1 << 6 | 1 << 7)
        self.assertEqual(status(guest, "NoNewPrivs:"), "1")
        end(client)

    def test_it_follows_the_zygote(self):
        """A change of user takes PDEATHSIG away: it must be back."""
        client = start()
        supervisor, zygote, guest = family(client)
        os.kill(zygote, signal.SIGKILL)
        client.communicate(timeout=120)
        until = time.monotonic() + 5
        while os.path.exists(f"/proc/{guest}") and time.monotonic() < until:
            time.sleep(0.02)
        self.assertFalse(os.path.exists(f"/proc/{guest}"))

    def test_required(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
            policy.write('[wall]\nrequire = ["own_uid"]\n')
            policy.flush()
            os.chmod(policy.name, 0o644)
            argv = [IMMURE, "--policy", policy.name, "-c", "print(1)"]
            done = subprocess.run(argv, capture_output=True)
            self.assertEqual(done.stdout, b"1\n", done.stderr)
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--clear-groups", *argv],
                capture_output=True, text=True)
            self.assertEqual(done.returncode, 125)
            self.assertIn("own_uid", done.stderr)
            self.assertIn("root", done.stderr)


if __name__ == "__main__":
    unittest.main()
