#!/usr/bin/env python3
"""A host user for each guest, and nobody else's: where root starts it, and an
ordinary user who has ids to give."""
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
FIRST, COUNT, NOBODY = 0x70000000, 65536, 65534


WITHOUT = os.path.join(BUILD, "tests/wall/without")
NO_USER_NS = [WITHOUT, "clone=EPERM,0:0x10000000/0x10000000",
              "unshare=EPERM,0:0x10000000/0x10000000", "--"]
# Nobody is given ids as an ordinary user, whom /etc/subuid names, is.
SUBIDS = """
printf 65534:200000:65536 >"$1"
chmod 644 "$1"
mount --bind "$1" /etc/subuid
mount --bind "$1" /etc/subgid
shift
exec "$@"
"""
# No pid namespace, and no tracer.
LACKING = [WITHOUT, "clone=EINVAL,0:0x20000000/0x20000000", "ptrace=EPERM",
           "--"]
NOBODY_BY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def with_subids(file, *then):
    return ["unshare", "-m", "sh", "-ec", SUBIDS, "sh", file, *then,
            *NOBODY_BY]


def can_map(before):
    """Whether newuidmap(1) works here, without immure."""
    try:
        child = subprocess.Popen(
            [*before, "sh", "-c", "unshare -U sleep 60 & "
             "while test /proc/$!/ns/user -ef /proc/self/ns/user; do "
             "sleep 0.05; done; "
             "newuidmap $! 0 200000 1; s=$?; kill $!; exit $s"],
            stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return child.wait() == 0


def own_uid(*before):
    done = subprocess.run([*before, IMMURE, "doctor", "--json"],
                          capture_output=True, text=True, check=True)
    return next(layer for layer in json.loads(done.stdout)["layers"]
                if layer["name"] == "own_uid")


def start(*before):
    client = subprocess.Popen(
        [*before, IMMURE, "--wall", "600s", "-c",
         "import time; print('up', flush=True); time.sleep(500)"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert client.stdout.readline() == "up\n"
    return client


def below(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


def ids(pid, key):
    """The users or groups of a process: real, effective, saved, of files."""
    with open(f"/proc/{pid}/status") as f:
        line = next(line for line in f if line.startswith(key))
    return [int(uid) for uid in line.split()[1:]]


def is_there(pid):
    return os.path.exists(f"/proc/{pid}")


def status(pid, key):
    with open(f"/proc/{pid}/status") as f:
        return next(line for line in f if line.startswith(key)).split()[1]


def family(client):
    """The supervisor and all below it, down to the guest."""
    line = below(client.pid)
    while below(line[-1]):
        line += below(line[-1])
    return line


def end(*clients):
    for client in clients:
        client.send_signal(signal.SIGTERM)
        client.communicate(timeout=120)


class Ways:
    """Who starts guests, and where; `before` is the command for that."""
    before = []
    first, count = FIRST, COUNT

    def test_it_holds(self):
        layer = own_uid(*self.before)
        self.assertEqual(layer["state"], "holds", layer)

    def test_each_has_one(self):
        clients = [start(*self.before) for _ in range(4)]
        seen = set()
        for client in clients:
            _, zygote, guest = family(client)
            self.assertEqual(set(ids(zygote, "Uid:")), {NOBODY})
            own, = set(ids(guest, "Uid:"))
            self.assertTrue(self.first <= own < self.first + self.count, own)
            self.assertEqual(set(ids(guest, "Gid:")), {own})
            seen.add(own)
        self.assertEqual(len(seen), 4)
        end(*clients)

    def test_a_guest_has_no_rights(self):
        client = start(*self.before)
        _, zygote, guest = family(client)
        for key in ("CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"):
            self.assertEqual(int(status(guest, key), 16), 0, key)
        self.assertEqual(int(status(zygote, "CapEff:"), 16), 0b111 << 5)
        self.assertEqual(status(guest, "NoNewPrivs:"), "1")
        end(client)

    def dies_with(self, which, *more):
        client = start(*self.before, *more)
        line = family(client)
        os.kill(line[which], signal.SIGKILL)
        client.communicate(timeout=60)
        until = time.monotonic() + 60
        while any(map(is_there, line)) and time.monotonic() < until:
            time.sleep(0.02)
        left = list(filter(is_there, line))
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, [])

    def test_it_follows_the_zygote(self):
        """A change of user takes PDEATHSIG away: it must be back."""
        self.dies_with(1)

    def test_it_follows_without_a_tracer_and_a_pid_namespace(self):
        """And must be another user's to send."""
        self.dies_with(0, *LACKING)


@unittest.skipUnless(os.geteuid() == 0, "root's guests")
class Root(Ways, unittest.TestCase):
    pass


@unittest.skipUnless(os.geteuid() == 0, "root's guests")
class RootWithoutUserNamespaces(Ways, unittest.TestCase):
    before = NO_USER_NS


@unittest.skipUnless(os.geteuid() == 0, "needs root, to give ids to nobody")
class OrdinaryUser(Ways, unittest.TestCase):
    """Who has ids of his own, and newuidmap(1)."""
    first, count = 200000 + 32768, 32766

    @classmethod
    def setUpClass(cls):
        cls.file = tempfile.NamedTemporaryFile()
        cls.before = with_subids(cls.file.name)
        if not can_map(cls.before):
            raise unittest.SkipTest("newuidmap(1) can't be used here")

    @classmethod
    def tearDownClass(cls):
        cls.file.close()

    def test_it_follows_without_a_tracer_and_a_pid_namespace(self):
        self.skipTest("what takes those away takes setuid programs, too")


@unittest.skipUnless(os.geteuid() == 0, "becomes nobody")
class Lacking(unittest.TestCase):
    """It is left out, and why is told."""

    def why(self, *before):
        layer = own_uid(*before)
        self.assertEqual(layer["state"], "absent")
        self.assertIn("apt install uidmap", layer["get"])
        return layer["why"]

    def test_no_range(self):
        with tempfile.NamedTemporaryFile() as empty:
            before = with_subids(empty.name, "sh", "-ec",
                                 ": > /etc/subuid; exec \"$@\"", "sh")
            if can_map(with_subids(empty.name)):
                self.assertIn("65534 no range", self.why(*before))

    def test_no_helpers(self):
        with tempfile.TemporaryDirectory() as empty:
            hide = ["unshare", "-m", "sh", "-ec",
                    "for f in /usr/bin/new[ug]idmap; do test -e $f || "
                    "continue; mount --bind /dev/null $f; done; exec \"$@\"",
                    "sh"]
            self.assertIn("newuidmap", self.why(*hide, *NOBODY_BY))

    def test_setuid_programs_have_no_effect(self):
        """In a container with no_new_privs: there, and it fails."""
        with tempfile.NamedTemporaryFile() as file:
            if can_map(with_subids(file.name)):
                before = [*with_subids(file.name), "setpriv",
                          "--no-new-privs"]
                self.assertIn("not permitted", self.why(*before))
                done = subprocess.run([*before, IMMURE, "-c", "print(1)"],
                                      capture_output=True, text=True)
                self.assertEqual((done.stdout, done.stderr), ("1\n", ""))

    def test_a_folder_of_someone_elses(self):
        """Where locks are kept."""
        with tempfile.NamedTemporaryFile() as file, \
                tempfile.TemporaryDirectory() as theirs:
            if not can_map(with_subids(file.name)) or \
                    os.path.exists("/run/user/65534"):
                self.skipTest("locks are elsewhere, or nowhere")
            self.assertEqual(own_uid(*with_subids(file.name))["state"],
                             "holds") # its folder is there now
            hidden = with_subids(
                file.name, "sh", "-ec",
                f"mount --bind {theirs} /tmp/immure-65534; exec \"$@\"", "sh")
            self.assertIn("/tmp/immure-65534", self.why(*hidden))

    def test_required(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
            policy.write('[wall]\nrequire = ["own_uid"]\n')
            policy.flush()
            os.chmod(policy.name, 0o644)
            argv = [IMMURE, "--policy", policy.name, "-c", "print(1)"]
            done = subprocess.run(argv, capture_output=True)
            self.assertEqual(done.stdout, b"1\n", done.stderr)
            done = subprocess.run([*NOBODY_BY, *argv], capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, 125)
            self.assertIn("own_uid", done.stderr)
            self.assertIn("root", done.stderr)


if __name__ == "__main__":
    unittest.main()
