#!/usr/bin/env python3
"""Attacks on the supervisor and the result, by native code where it takes any.

Each file of attacks/ is one attack; a row says how it must end.
"""
import base64
import json
import os
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
LAYERS = os.path.join(BUILD, "tests/layers")
IMMURE = os.path.join(BUILD, "immure")


def attack(number):
    folder = os.path.join(HERE, "attacks")
    return os.path.join(folder, next(n for n in sorted(os.listdir(folder))
                                     if n.startswith("%02d-" % number)))


def run(number, *options):
    """The result of an attack that has the wall alone against it."""
    done = subprocess.run([LAYERS, "--only=wall", "--json", *options,
                           attack(number)],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=240)
    lines = done.stdout.splitlines()
    assert len(lines) == 1, (lines[:3], done.stderr[:500])
    return json.loads(lines[0])

def setUpModule():
    if os.environ.get("ENGINE") == "patched":
        raise unittest.SkipTest("native code comes by ctypes, which this "
                                "engine has not")



class Claims(unittest.TestCase):
    def test_globals_bomb(self):
        result = run(1)
        self.assertIn(result["verdict"], ("cpu", "wall", "killed"))
        self.assertIsNone(result["globals"])

    def test_globals_depth(self):
        result = run(2)
        self.assertEqual(result["verdict"], "ok")
        self.assertIsNone(result["globals"])

    def test_globals_on_one_line(self):
        result = run(3)
        self.assertEqual((result["verdict"], result["exit_code"]),
                         ("exit", 7))

    def test_globals_with_a_nul(self):
        result = run(10)
        self.assertEqual(result["verdict"], "ok")
        self.assertIsNone(result["globals"])

    def test_limit_is_not_the_guests_to_name(self):
        result = run(4)
        self.assertEqual(result["verdict"], "ok")
        self.assertIsNone(result["limit"])


class Functions(unittest.TestCase):
    """Calls of functions outside."""

    def test_one_at_a_time(self):
        result = run(12, "--grant", "f")
        self.assertEqual(result["verdict"], "killed", result)
        self.assertIn("waits for its answer", result["why"])
        self.assertLessEqual(result["calls"][0]["count"], 1)

    def test_not_granted(self):
        """Without a grant nothing is answered; else the answers are."""
        result = run(13)
        self.assertNotEqual(result["verdict"], "ok")
        self.assertEqual(result["limit"]["name"], "report", result)
        self.assertEqual(result["calls"], [])
        result = run(13, "--grant", "f")
        self.assertEqual(result["verdict"], "killed", result)
        self.assertIn("no answer to the last one", result["why"])
        self.assertEqual(result["calls"], [])


class Calls(unittest.TestCase):
    @unittest.skipIf("SANITIZERS" in os.environ,
                     "libc.read is the sanitizer's, far from libc's int 0x80")
    def test_foreign_call(self):
        call = run(5)["syscall"]
        self.assertEqual((call["arch"], call["name"]), ("foreign", "read"))

    def test_negative_call(self):
        self.assertEqual(run(7)["syscall"]["number"], -1)


class Memory(unittest.TestCase):
    def test_sealed_pages(self):
        doctor = json.loads(subprocess.run([IMMURE, "doctor", "--json"],
                                           capture_output=True).stdout)
        if not any(layer["name"] == "mseal" and layer["state"] == "holds"
                   for layer in doctor["layers"]):
            self.skipTest("no mseal(2) in this kernel")
        result = run(11)
        self.assertEqual(result["verdict"], "ok", result)
        lines = result["stdout"].splitlines()
        self.assertEqual(len(lines), 12)
        for line in lines:
            self.assertTrue(line.endswith("refused 1"), line)


class Files(unittest.TestCase):
    def test_file_of_controls(self):
        done = subprocess.run([IMMURE, "--json", "--cpu", "60s", "--wall",
                               "60s", attack(14)], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120)
        file, = json.loads(done.stdout)["files"]
        self.assertEqual(base64.b64decode(file["content"]["base64"]),
                         b"\x01" * (15 << 20))


class Outside(unittest.TestCase):
    def test_terminal(self):
        done = subprocess.run([IMMURE, "--explain", attack(8)],
                              stdin=subprocess.DEVNULL, capture_output=True)
        own = b"\n".join(line for line in done.stderr.splitlines()
                         if line.startswith((b"immure:", b"    ")))
        self.assertIn(b"was denied", own)
        for mark in ("\x9b", "\u202e"):
            self.assertNotIn(mark.encode(), own.split(b"immure:", 1)[1])

    def test_child_of_the_operator(self):
        started = time.monotonic()
        done = subprocess.run([IMMURE, "host", "--wall", "1s", attack(9)],
                              stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(done.returncode, 124, done.stderr)
        self.assertLess(time.monotonic() - started, 7)

    def test_no_descriptors_left(self):
        """Fails before the guest has said its name: must not hang."""
        for limit in range(4, 24):
            done = subprocess.run(
                ["prlimit", f"--nofile={limit}", IMMURE, "-c", "print(1)"],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            self.assertIn(done.returncode, (0, 125, 127), limit)


if __name__ == "__main__":
    unittest.main()
