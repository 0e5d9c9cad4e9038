#!/usr/bin/env python3
"""The system call that killed a guest is in the result, from the kernel.

The rows are killed_for.txt; the guests have the wall alone against them, or
both walls."""
import errno
import json
import os
import platform
import signal
import subprocess
import sys
import sysconfig
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
IMMURE = os.path.join(BUILD, "immure")
LAYERS = os.path.join(BUILD, "tests/layers")
NOBODY = 65534


def rows():
    with open(os.path.join(HERE, "killed_for.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                name, verdict, *call = line.split()
                yield name, verdict, call


def command(guest, *args):
    return [LAYERS, "--only=wall", "--json",
            os.path.join(HERE, "guests", guest), *args]


def result(guest, *args, **who):
    done = subprocess.run(command(guest, *args), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=240, **who)
    return json.loads(done.stdout or b"null"), done.stderr


@unittest.skipUnless(platform.machine() == "x86_64", "numbers are x86-64's")
class KilledFor(unittest.TestCase):
    def check(self, got, name, verdict, number):
        if verdict == "killed":
            self.assertEqual(got["verdict"], "killed")
            self.assertEqual(got["signal"], signal.SIGSYS)
            self.assertEqual(got["syscall"], {"name": name, "number": number,
                                              "arch": "native"})
        else:
            self.assertEqual(got["verdict"], "ok")
            self.assertEqual(got["stdout"],
                             f"-1 {getattr(errno, verdict)}\n")
            self.assertIsNone(got["syscall"])

    def try_all(self, **who):
        for name, verdict, call in rows():
            with self.subTest(name=name):
                got, err = result("call.py", *call, **who)
                self.assertIsNotNone(got, err)
                self.check(got, name, verdict, int(call[0]))

    def test_as_started(self):
        self.try_all()

    @unittest.skipUnless(os.geteuid() == 0, "already an ordinary user")
    def test_as_an_ordinary_user(self):
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        try:
            subprocess.run([LAYERS], capture_output=True, **who)
        except PermissionError:
            self.skipTest("the build folder is root's alone")
        self.try_all(**who)

    def test_forged(self):
        got, _ = result("forge.py")
        self.assertEqual((got["verdict"], got["syscall"]["name"]),
                         ("killed", "getpid"))


# Native code that the gate lets through, by a policy's word.
SOURCE = r"""
#include <Python.h>
#include <errno.h>
#include <unistd.h>
static PyObject *
call(PyObject *self, PyObject *args)
{
    long a[7] = {0};
    if (!PyArg_ParseTuple(args, "l|llllll", a, a + 1, a + 2, a + 3, a + 4,
                          a + 5, a + 6))
        return NULL;
    long back = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    return Py_BuildValue("li", back, errno);
}
static PyMethodDef methods[] = {{"call", call, METH_VARARGS, ""}, {0}};
static PyModuleDef def = {PyModuleDef_HEAD_INIT, "native_call", "", -1, methods};
PyMODINIT_FUNC PyInit_native_call(void) { return PyModule_Create(&def); }
"""
POLICY = """
[modules]
allow = ["native_call"]
[names]
allow = ["native_call.call"]
[packages]
path = [{}]
"""
CODE = "import sys, native_call; print(*native_call.call(*map(int, sys.argv[1:])))"


@unittest.skipIf("SANITIZERS" in os.environ,
                 "a sanitizer's interpreter has no packages")
class BothWalls(KilledFor):
    """The same of `immure` itself, gate closed and all."""
    calls = {"openat", "socket", "clone", "execve", "ptrace", "bpf",
             "io_uring_setup", "userfaultfd", "keyctl"}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.chmod(cls.folder.name, 0o755)
        path = os.path.join(cls.folder.name, "native_call")
        with open(path + ".c", "w", encoding="utf-8") as f:
            f.write(SOURCE)
        subprocess.run(["cc", "-shared", "-fPIC",
                        "-I" + sysconfig.get_path("include"), "-o",
                        path + ".so", path + ".c"], check=True)
        cls.policy = os.path.join(cls.folder.name, "policy.toml")
        with open(cls.policy, "w", encoding="utf-8") as f:
            f.write(POLICY.format(json.dumps(cls.folder.name)))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def try_all(self, **who):
        tried = set()
        for name, verdict, call in rows():
            if name not in self.calls:
                continue
            tried.add(name)
            with self.subTest(name=name):
                done = subprocess.run(
                    [IMMURE, "--json", "--policy", self.policy, "-c", CODE,
                     *call], stdin=subprocess.DEVNULL, capture_output=True,
                    timeout=60, **who)
                self.assertTrue(done.stdout, done.stderr)
                self.check(json.loads(done.stdout), name, verdict,
                           int(call[0]))
        self.assertEqual(tried, self.calls)

    test_forged = None  # needs ctypes

def setUpModule():
    if os.environ.get("ENGINE") == "patched":
        raise unittest.SkipTest("native code comes by ctypes, which this "
                                "engine has not")



class SentFromOutside(unittest.TestCase):
    def test_no_call_is_to_blame(self):
        """SIGSYS by another process, while the guest is in a call."""
        code = ("import time\nprint('up', flush=True)\n"
                "while True: time.sleep(9)\n")
        with subprocess.Popen(
                [IMMURE, "--report-fd", "2", "-c", code], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"up\n")
            pid = process.pid
            try:
                while True:  # down to the guest, the last of the line
                    with open(f"/proc/{pid}/task/{pid}/children",
                              encoding="ascii") as f:
                        children = f.read().split()
                    if not children:
                        break
                    pid = int(children[-1])
            except OSError:
                process.kill()
                self.skipTest("no /proc, or no lists of children in it")
            os.kill(pid, signal.SIGSYS)
            _, err = process.communicate(timeout=240)
        got = json.loads(next(line for line in err.splitlines()
                              if line.startswith(b"{")))
        self.assertEqual((got["verdict"], got["signal"], got["syscall"]),
                         ("killed", signal.SIGSYS, None))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
