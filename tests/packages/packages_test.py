"""Packages from folders of the operator's (TAP by way of tap.py).

A virtual environment is made in a folder whose name stands for a secret: no
guest may find it, neither by what Python says nor in its memory."""

import compileall
import os
import secrets
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import time
import unittest

BUILD = sys.argv[1] if len(sys.argv) > 1 else os.environ["BUILDDIR"]
IMMURE = os.path.join(BUILD, "immure")
LAYERS = os.path.join(BUILD, "tests/layers")
BELOW = "lib/python%s/site-packages" % os.environ.get(
    "ENGINE_VERSION", "%d.%d" % sys.version_info[:2])

PACKAGE = {
    "wares/__init__.py": """
        import os, sys
        from . import shelf
        SEEN = sorted(os.listdir("/")), os.access(__file__, os.W_OK)
        def find():
            from .cellar import wine
            from . import attic
            return wine, attic.NAME
        def fail():
            raise ValueError(__name__)
        class Box:
            size = 1
        """,
    "wares/shelf.py": "import wares_parts\nNAME = wares_parts.NAME\n",
    "wares/cellar.py": "wine = 'red'\n",
    "wares/attic.py": "NAME = 'attic'\n",
    "wares/tests/__init__.py": "raise SystemExit('imported tests')\n",
    "wares_parts.py": "NAME = 'parts'\n",
    "wares-1.0.dist-info/METADATA":
        "Metadata-Version: 2.1\nName: wares\nVersion: 1.0\n",
    "broken.py": "import nothing_of_the_kind\n",
    "folder.pth": "import os; os._exit(3)\n",
}


class Environment:
    """A virtual environment with PACKAGE in it, compiled as pip does."""

    def __init__(self):
        self.mark = "secret-" + secrets.token_hex(8)
        self.top = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.top.name, self.mark)
        self.packages = os.path.join(self.path, BELOW)
        for name, text in PACKAGE.items():
            self.write(name, textwrap.dedent(text))
        with open(os.path.join(self.path, "pyvenv.cfg"), "w") as f:
            f.write("home = /usr/bin\n")
        compileall.compile_dir(self.packages, quiet=1)
        os.chmod(self.top.name, 0o755)

    def write(self, name, text):
        path = os.path.join(self.packages, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def run(self, code, *options, command=(IMMURE, "run")):
        return subprocess.run(
            [*command, "--env", self.path, "--allow-import", "wares",
             *options, "-c", textwrap.dedent(code)],
            capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL)


def descendants(pid):
    kids = {}
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{each}/stat") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        kids.setdefault(parent, []).append(int(each))
    found, todo = [], [pid]
    while todo:
        for kid in kids.get(todo.pop(), ()):
            found.append(kid)
            todo.append(kid)
    return found


def memory_of(pid):
    """All that is mapped and readable, piece by piece."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("r") or "[v" in line:
                continue
            try:
                mem.seek(start)
                yield mem.read(end - start)
            except OSError:
                continue


def zygotes(pid):
    for each in descendants(pid):
        try:
            with open(f"/proc/{each}/comm") as f:
                if f.read().startswith("immure-zygote"):
                    yield each
        except OSError:
            continue


class Paths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.env = Environment()
        cls.addClassCleanup(cls.env.top.cleanup)

    def test_only_the_packages_are_in_sight(self):
        """While they are imported: no /home, no /root, nothing to write to."""
        done = self.env.run("import wares; print(*wares.SEEN)")
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"'packages'.* False$")
        for name in ("home", "root", "tmp", "var", "proc", "sys"):
            self.assertNotIn(f"'{name}'", done.stdout)

    def test_nothing_that_python_says_has_the_path(self):
        done = self.env.run("""
            import gc, importlib.metadata, linecache, sys, traceback, types
            import wares, wares.shelf
            said = [sys.path, sys.argv, sys.prefix, repr(sys.modules),
                    wares.__file__, wares.__path__, wares.__spec__,
                    wares.__cached__, wares.__loader__, vars(wares.shelf),
                    linecache.cache, sys.path_importer_cache]
            try: wares.fail()
            except ValueError: said.append(traceback.format_exc())
            try: said.append(importlib.metadata.version("wares"))
            except Exception as error: said.append(repr(error))
            print(*map(str, said))
            """)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("/packages/1/wares/__init__.py", done.stdout)
        self.assertNotIn(self.env.mark, done.stdout)
        self.assertNotIn("site-packages", done.stdout)

    @unittest.skipIf("SANITIZERS" in os.environ,
                     "a sanitizer's shadow is terabytes to look at")
    @unittest.skipIf(os.geteuid() != 0,
                     "reading another process's memory takes root")
    def test_no_memory_has_the_path(self):
        """Of the zygote, and of the guest: what was freed counts too."""
        with subprocess.Popen(
                [IMMURE, "run", "--wall", "30s", "--env", self.env.path,
                 "--allow-import", "wares", "-c",
                 "import time, wares; print('up', flush=True);"
                 "time.sleep(20)"], stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"up\n")
            seen = 0
            for pid in zygotes(process.pid):
                seen += 1
                for piece in memory_of(pid):
                    at = piece.find(self.env.mark.encode())
                    self.assertEqual(at, -1, piece[max(at - 64, 0):at + 64])
            process.kill()
        self.assertEqual(seen, 2)

    def test_without_a_mount_namespace(self):
        """They are found by descriptor, and the path is as unknown."""
        policy, program = (os.path.join(self.env.top.name, name)
                           for name in ("policy.json", "program.py"))
        with open(policy, "w") as f:
            subprocess.run([os.path.join(BUILD, "immure-zygote"), "--tool",
                            "policy", "pure", "--allow-import", "wares",
                            "--env", self.env.path], stdout=f, check=True)
        with open(program, "w") as f:
            f.write("import wares; print(wares.__file__, wares.find())")
        done = subprocess.run([LAYERS, "--only=gate", "--policy", policy,
                               program], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^/proc/self/fd/\d+/wares/__init__.py")
        self.assertNotIn(self.env.mark, done.stdout)


class Imports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.env = Environment()
        cls.addClassCleanup(cls.env.top.cleanup)

    def test_what_functions_import_is_there(self):
        done = self.env.run("import wares; print(wares.find())")
        self.assertEqual((done.stdout, done.stderr), ("('red', 'attic')\n", ""))

    def test_parts_and_needs_can_be_imported(self):
        done = self.env.run("""
            from wares import cellar
            import wares_parts
            print(cellar.wine, wares_parts.NAME)
            import wares.tests
            """)
        self.assertEqual(done.stdout, "red parts\n")
        self.assertEqual(done.returncode, 126)

    def test_its_classes_may_change_the_library_s_may_not(self):
        done = self.env.run("""
            import json, wares
            wares.Box.size = 2
            print(wares.Box.size)
            try: json.JSONEncoder.encode = None
            except TypeError: print("immutable")
            """)
        self.assertEqual(done.stdout, "2\nimmutable\n")

    def test_a_package_that_cannot_be_imported(self):
        done = self.env.run("pass", "--allow-import", "broken")
        self.assertEqual(done.returncode, 125)
        self.assertRegex(done.stderr, "modules.allow: can't import 'broken': "
                         "No module named 'nothing_of_the_kind'")

    def test_an_environment_of_another_python(self):
        with tempfile.TemporaryDirectory() as top:
            os.makedirs(top + "/lib/python3.4/site-packages")
            done = subprocess.run(
                [IMMURE, "--env", top, "--allow-import", "x", "-c", ""],
                capture_output=True, text=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("is an environment of Python 3.4", done.stderr)


@unittest.skipIf(os.environ.get("ENGINE") == "patched",
                 "the system's numpy is for its own Python")
class Numpy(unittest.TestCase):
    """The profile data."""

    def run_guest(self, code, *options, mode="run"):
        done = subprocess.run(
            [IMMURE, mode, "--policy", "data", *options,
             *(["-c", textwrap.dedent(code)] if mode == "run" else [code])],
            capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_each_guest_draws_its_own_numbers(self):
        draw = "import numpy as np; print(np.random.rand())"
        self.assertNotEqual(self.run_guest(draw), self.run_guest(draw))
        seeded = self.run_guest(draw, "--seed", "5")
        self.assertEqual(seeded, self.run_guest(draw, "--seed", "5"))

    def test_large_arrays_need_no_other_system_call(self):
        """Huge pages, BLAS with buffers and threads, and its LAPACK."""
        self.assertEqual(self.run_guest("""
            import numpy as np
            a = np.ones((1500, 1500))
            print((a @ a)[0, 0], np.linalg.svd(a[:300, :300])[1][0].round())
            b = np.zeros(30_000_000); b += 1; print(b.sum())
            print(np.linalg.eigvals(np.eye(200)).sum().real)
            """, "--cpu", "60s", "--wall", "60s"), "1500.0 300.0\n30000000.0\n200.0\n")

    def test_a_program_that_enters_the_jail_itself(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
            f.write(textwrap.dedent("""
                import sys, numpy as np
                a = np.arange(4.0)
                sys.enter_jail()
                print(a.sum(), np.linalg.det(np.eye(2)))
                try: np.fromfile("/etc/passwd")
                except PermissionError: print("refused")
                """))
            f.flush()
            self.assertEqual(self.run_guest(f.name, mode="host"),
                             "6.0 1.0\nrefused\n")


SOURCE = r"""
#include <Python.h>
static PyObject *
f(PyObject *m, PyObject *a) { (void)m; (void)a; return PyLong_FromLong(7); }
static PyMethodDef methods[] = {{"listed", f, METH_NOARGS, ""},
                                {"unlisted", f, METH_NOARGS, ""}, {0}};
static PyTypeObject thing = {PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "native.Thing", .tp_basicsize = sizeof(PyObject),
    .tp_new = PyType_GenericNew};
static PyModuleDef def = {PyModuleDef_HEAD_INIT, "native", "", -1, methods};
PyMODINIT_FUNC PyInit_native(void) {
    PyObject *m = PyModule_Create(&def);
    PyType_Ready(&thing);
    PyModule_AddObject(m, "Thing", (PyObject *)&thing);
    return m;
}
"""


class Native(unittest.TestCase):
    """A C extension that no list names is denied, counted and reported."""

    @classmethod
    def setUpClass(cls):
        cls.env = Environment()
        cls.addClassCleanup(cls.env.top.cleanup)
        cls.env.write("native.c", SOURCE)
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-I" + sysconfig.get_path("include"),
             "-o", cls.env.packages + "/native.so",
             cls.env.packages + "/native.c"], check=True)

    def test_denied_counted_and_reported(self):
        done = self.env.run("""
            import native
            for call in (native.unlisted, native.unlisted, native.Thing):
                try: call()
                except PermissionError as error: print(error)
            """, "--allow-import", "native", "--explain")
        self.assertRegex(done.stdout, r"native\.unlisted.* is refused: it is "
                         r"not in the list.*\n")
        self.assertRegex(done.stdout, r"native\.Thing.* is refused")
        self.assertRegex(done.stderr, r"native\.unlisted.* was denied, 2 times")

    def test_the_policy_can_name_them(self):
        policy = self.env.top.name + "/p.toml"
        with open(policy, "w") as f:
            f.write('[names]\nallow = ["native.listed"]\n')
        done = self.env.run("""
            import native
            print(native.listed())
            native.unlisted()
            """, "--allow-import", "native", "--policy", policy)
        self.assertEqual((done.stdout, done.returncode), ("7\n", 126))


if __name__ == "__main__":
    unittest.main()
