#!/usr/bin/env python3
"""immure doctor where machines differ: what it says is what a run has."""
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
IMMURE = os.path.join(BUILD, "immure")
WITHOUT = os.path.join(BUILD, "tests/wall/without")
ROOT = os.getuid() == 0
NEEDS_PROC = unittest.skipIf("SANITIZERS" in os.environ,
                               "a sanitizer reads /proc/self/maps")
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

# The leak sanitizer ends a program whose ptrace(2) is another's or refused.
if "SANITIZERS" in os.environ:
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"

FLOOR = {"seccomp", "no_new_privs", "rlimits", "descriptors", "environment"}
# Nobody has no ids to give away.
NO_UIDS = {"own_uid"}
NAMESPACES = {"mount_ns", "pid_ns", "net_ns", "ipc_ns", "uts_ns", "cgroup_ns"}
# Of this kernel and processor, not of the place a program runs in.
MACHINE = {"landlock", "mdwe", "mseal", "speculation", "cgroup"}

# All of this machine's tree once more, in a mount namespace of its own.  With
# its submounts: an ordinary user may not take them away.
TREE = """
set -e
mount --make-rprivate /
mount --rbind / "$1"
"""
CHROOT = TREE + """
mount -t tmpfs none "$1/proc"
tree=$1; shift
exec chroot "$tree" "$@"
"""
# Nothing but what programs are loaded from.
BARE = TREE + """
mount -t tmpfs none "$1/proc"
mount -t tmpfs none "$1/dev"
tree=$1; shift
exec chroot "$tree" "$@"
"""
PIVOT = TREE + """
cd "$1"; shift
pivot_root . mnt
umount -l mnt
exec "$@"
"""


def run(*argv, **how):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, cwd="/",
                          capture_output=True, text=True, timeout=240, **how)


def in_tree(script, *argv):
    """argv in a tree made by a script, as root or as root of namespaces."""
    new = ["unshare", "-m"] if ROOT else ["unshare", "-Urm"]
    with tempfile.TemporaryDirectory() as tree:
        return run(*new, "sh", "-c", script, "sh", tree, *argv)


def read(done):
    if done.returncode not in (0, 1):
        raise AssertionError(f"{done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    states = {}
    for layer in report["layers"]:
        states.setdefault(layer["state"], set()).add(layer["name"])
    return report, states


def alive(group):
    """immure-PID: others may run here at the same time."""
    pid = re.search(r"immure-(\d+)", group)
    return pid is not None and os.path.exists(f"/proc/{pid[1]}")


def traces():
    """Mounts, shared memory, control groups: what could be left behind."""
    with open("/proc/self/mountinfo") as f:
        found = {line for line in f if " - tmpfs immure" in line}
    with open("/proc/sysvipc/shm") as f:
        found |= {line for line in f if f" {os.getuid()} " in line}
    return found | {folder for folder, _, _ in os.walk("/sys/fs/cgroup")
                    if "immure" in folder and not alive(folder)}


def doctors():
    """Processes of ours that are still examining."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as f:
                line = f.read()
        except OSError:
            continue
        if line.startswith(BUILD + "/immure-supervisor\0--doctor"):
            found.add(pid)
    return found


class Places(unittest.TestCase):
    def check(self, done, absent, optional=frozenset()):
        report, states = read(done)
        held = states.get("holds", set())
        self.assertEqual(states.get("no effect", set()), set())
        self.assertEqual(
            states.get("absent", set()) - MACHINE - optional, absent)
        self.assertLessEqual(FLOOR, held)
        self.assertTrue(report["above_floor"] and report["runs"])
        self.assertEqual(done.returncode, 0)
        self.assertEqual(set(report["held"].split()), held)
        return report, held

    def no_uids(self):
        return set() if ROOT else NO_UIDS

    def can_have_namespaces(self):
        if run("unshare", "-U", "true").returncode != 0:
            self.skipTest("no user namespaces here")

    def test_as_started(self):
        self.can_have_namespaces()
        self.check(run(IMMURE, "doctor", "--json"), self.no_uids())

    @unittest.skipUnless(ROOT, "only root can become nobody")
    def test_as_nobody(self):
        self.can_have_namespaces()
        self.check(run(*NOBODY, IMMURE, "doctor", "--json"), NO_UIDS)

    def test_root_of_a_user_namespace(self):
        self.can_have_namespaces()
        self.check(run("unshare", "-Ur", IMMURE, "doctor", "--json"), NO_UIDS)

    @NEEDS_PROC
    def test_chroot_without_proc(self):
        self.can_have_namespaces()
        done = in_tree(CHROOT, IMMURE, "doctor", "--json")
        self.check(done, {"user_ns", "time_ns", *self.no_uids()})

    @NEEDS_PROC
    @unittest.skipUnless(ROOT, "only root can become nobody")
    def test_chroot_without_proc_as_nobody(self):
        done = in_tree(CHROOT, *NOBODY, IMMURE, "doctor", "--json")
        self.check(done, {"user_ns", "time_ns", "empty_root", "securebits",
                          *NAMESPACES, *NO_UIDS})

    @NEEDS_PROC
    def test_chroot_without_dev_null(self):
        self.can_have_namespaces()
        done = in_tree(BARE, IMMURE, "doctor", "--json")
        self.check(done, {"user_ns", "time_ns", *self.no_uids()})
        for closed in ("", "0<&-", "1>&-", "2>&-"):
            done = in_tree(BARE, "sh", "-c", f'exec "$@" {closed}', "sh",
                           IMMURE, "-c", "print(1)")
            self.assertEqual((done.returncode, done.stderr), (0, ""), closed)
            self.assertEqual(done.stdout, "" if closed[:1] == "1" else "1\n")

    def test_pivot_root(self):
        self.can_have_namespaces()
        self.check(in_tree(PIVOT, IMMURE, "doctor", "--json"),
                   self.no_uids())

    @unittest.skipUnless(ROOT, "only root can become nobody")
    def test_pivot_root_as_nobody(self):
        self.can_have_namespaces()
        done = in_tree(PIVOT, *NOBODY, IMMURE, "doctor", "--json")
        self.check(done, NO_UIDS)


class Words(unittest.TestCase):
    def test_table(self):
        done = run(WITHOUT, "prctl=EINVAL,0:65", "ptrace=EPERM", "--", IMMURE,
                   "doctor")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("* seccomp       holds     every system call",
                     "  mdwe          absent    making memory executable",
                     "get: a kernel >= 6.3",
                     "is not told here:", "Above the floor"):
            self.assertIn(line, done.stdout)

    def test_below_the_floor(self):
        done = run(WITHOUT, "seccomp=ENOSYS", "--", IMMURE, "doctor")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Below the floor", done.stdout)
        self.assertIn("CONFIG_SECCOMP_FILTER", done.stdout)

    def test_every_attempt_is_made(self):
        """Without the layer it works, or nothing is shown by its failing."""
        if not ROOT:
            self.skipTest("not everything works for an ordinary user")
        report, _ = read(run(IMMURE, "doctor", "--json"))
        with open("/proc/self/cgroup") as f:
            hidden = all(line.endswith(":/\n") for line in f)
        for layer in report["layers"]:
            untried = layer["name"] == "mount_ns"
            if layer["name"] == "cgroup_ns" and hidden:
                continue # there is no path to read
            self.assertEqual(layer["before"], None if untried else "works",
                             layer)

    def test_a_layer_that_fails_stops_every_run(self):
        """It is there, and does not go up."""
        done = run(WITHOUT, "landlock_restrict_self=ENOMEM", "--", IMMURE,
                   "doctor", "--json")
        report, states = read(done)
        self.assertEqual(states["no effect"], {"landlock"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("landlock", report["refusal"])

    def test_nothing_is_left(self):
        before = traces()
        run(IMMURE, "doctor")
        left = traces() - before | doctors()
        # What other programs of this machine have meanwhile goes away.
        end = time.monotonic() + 60
        while left and time.monotonic() < end:
            time.sleep(0.1)
            left &= traces() | doctors()
        self.assertEqual(left, set())

    def test_policy(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as policy:
            policy.write('[wall]\nrequire = ["mdwe"]\n')
            policy.flush()
            os.chmod(policy.name, 0o644)
            lacks = [WITHOUT, "prctl=EINVAL,0:65", "--", IMMURE]
            done = run(*lacks, "doctor", "--policy", policy.name)
            self.assertEqual(done.returncode, 1)
            self.assertIn("requires mdwe, which does not hold", done.stdout)
            self.assertEqual(run(*lacks, "doctor").returncode, 0)
            refused = run(*lacks, "--policy", policy.name, "-c", "1")
            self.assertEqual(refused.returncode, 125)
            self.assertIn("mdwe", refused.stderr)

    def test_usage(self):
        for argv, said in ((["--jsn"], "did you mean --json"),
                           (["--policy"], "which?"),
                           (["now"], "has no now")):
            done = run(IMMURE, "doctor", *argv)
            self.assertEqual((done.returncode, done.stdout), (125, ""))
            self.assertIn(said, done.stderr)
        self.assertEqual(run(IMMURE, "doctor", "--help").stdout,
                         run(IMMURE, "help", "doctor").stdout)


if __name__ == "__main__":
    unittest.main()
