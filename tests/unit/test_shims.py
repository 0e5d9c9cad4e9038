#!/usr/bin/python3
"""The Python half of the gate, without and with a jail.

    test_shims.py [-v] [TEST...]

Without: the shims that need no jail, over a stub of `_jail`, in this process.
With: every program of guests/ (alone) and jobs/ (with the files, arguments,
environment and input below) under the command in $IMMURE, when that is set;
each must exit with 0.
"""
import gzip
import io
import json
import linecache
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import types
import unittest
import wave
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHIMS = os.path.join(ROOT, "jailmod", "shims")
ENGINE_PYTHON = os.environ.get("ENGINE_PYTHON", sys.executable)



def packed(kind, data):
    """A file of that kind with DATA in it."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("in.txt", data)
    elif kind == "tar":
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            info = tarfile.TarInfo("in.txt")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    else:
        with wave.open(out, "wb") as w:
            w.setnchannels(1)
            w.setsampwidth(1)
            w.setframerate(8000)
            w.writeframes(data)
    return out.getvalue()


JOB_FILES = {"data.csv": b"a,b\n1,2\n",
             "sub/\u00e9t\u00e9.txt": "\u00e9t\u00e9\r\nfin".encode(),
             "pack.zip": packed("zip", b"zipped"),
             "pack.tar.gz": packed("tar", b"tarred"),
             "note.gz": gzip.compress(b"gzipped"),
             "conf.ini": b"[a]\nb = c\n",
             "conf.toml": b"x = [1]\n",
             "tree.json": b'{"y": 2}',
             "tree.xml": b"<t><l>leaf</l></t>",
             "tone.wav": packed("wav", b"\0\1\2\3")}
JOB_INPUT = b"line one\n2\n"
JOB_ENV = {"LANGUAGE_TEST": "x", "HOME": "/job"}
JOB_ARGS = ["one", "--two"]


class JailDenied(PermissionError):
    pass


class Stub(types.ModuleType):
    """What the shims use of `_jail` when they are only computing."""

    def __init__(self):
        super().__init__("_jail")

    JailDenied = JailDenied

    def refuse(self, what, rule, reason, fix):
        raise JailDenied("%s is refused: %s. %s" % (what, reason, fix))

    def refusing(self, what, rule, reason, fix):
        return lambda *args, **kwargs: self.refuse(what, rule, reason, fix)

    def library_source(self, path):
        return None


sys.modules["_jail"] = Stub()
sys.modules["_vfs"] = types.ModuleType("_vfs")
sys.path.insert(0, SHIMS)
import _immure_report as report     # noqa: E402
import _immure_rt as rt             # noqa: E402
import _immure_zones as zones       # noqa: E402
import embed                        # noqa: E402

linecache.updatecache = report.update_linecache


def run_guest(source, filename="guest.py"):
    """The exception that SOURCE ends with, as the host would describe it."""
    data = source.encode()
    report.set_guest(filename, data)
    try:
        exec(compile(data, filename, "exec"), {"__name__": "__main__"})
    except BaseException as error:
        # No frame of this file, as in a guest.
        error.__traceback__ = error.__traceback__.tb_next
        return report.describe(error)
    raise AssertionError("nothing was raised")


ERRORS = {
    "chain": "try:\n    {}['k']\nexcept KeyError as e:\n"
             "    raise ValueError('two\\nlines') from e\n",
    "context": "def f(n):\n    return f(n - 1) if n else 1 / 0\n"
               "try:\n    f(5)\nexcept Exception:\n    x = [1][2]\n",
    "recursion": "def f(n): return f(n + 1)\nf(0)\n",
    "group": "raise ExceptionGroup('g', [ValueError(1),"
             " ExceptionGroup('h', [TypeError('t')])])\n",
    "notes": "e = ValueError('v')\ne.add_note('one\\ntwo')\nraise e\n",
    "no str": "class E(Exception):\n    def __str__(self): raise E\n"
              "raise E\n",
    "name": "import time\nvalue = 1\ndef f(): return vlaue\nf()\n",
    "attribute": "import time\ntime.slep(1)\n",
    "builtin": "prnt(1)\n",
    "syntax": "def f(:\n    pass\n",
    "late syntax": "x = 1\nreturn x\n",
    "tabs": "if 1:\n\tx = 1\n        y = 2\n",
    "unclosed": "print(\n",
    "carets": "a = {'b': None}\nx = a['b'][0] + (1 +\n    2)\n",
    "nested eval": "eval('1 +')\n",
    "os error": "raise FileNotFoundError(2, 'No such file', 'n\u00e9')\n",
    "cause none": "try:\n    1 / 0\nexcept Exception:\n"
                  "    raise KeyError('k') from None\n",
}


class Reports(unittest.TestCase):
    maxDiff = None

    def test_text_is_what_python_prints(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, source in ERRORS.items():
                with open(os.path.join(folder, "guest.py"), "w") as f:
                    f.write(source)
                ran = subprocess.run(
                    [sys.executable, "-I", "-X", "utf8", "guest.py"],
                    cwd=folder, stderr=subprocess.PIPE)
                shown = ran.stderr.decode().replace(folder + "/", "")
                with self.subTest(name):
                    self.assertEqual(
                        self.same_depth(run_guest(source)["text"]),
                        self.same_depth(shown))

    def same_depth(self, text):
        # This process has more frames below the guest's.
        return re.sub(r"repeated \d+ more", "repeated N more", text)

    def test_frames(self):
        told = run_guest("import json\ndef f():\n    json.loads('{')\nf()\n")
        self.assertEqual(told["type"], "JSONDecodeError")
        self.assertEqual(told["frames"], [
            ("guest.py", 4, "<module>", "f()"),
            ("guest.py", 3, "f", "json.loads('{')")])

    def test_frames_of_a_syntax_error(self):
        told = run_guest("x = 1\nx = = 2\n")
        self.assertEqual(told["frames"],
                         [("guest.py", 2, "<module>", "x = = 2")])

    def test_own_frames_are_hidden(self):
        code = compile("def own(f): f()", "<immure test>", "exec")
        space = {}
        exec(code, space)
        sys.modules["own"] = types.SimpleNamespace(**space)
        told = run_guest("import own\ndef f():\n    1 / 0\nown.own(f)\n")
        self.assertNotIn("immure", told["text"])
        self.assertEqual(len(told["frames"]), 2)

    def test_giant_messages_are_cut(self):
        told = run_guest("raise ValueError('x' * 10 ** 7)\n")
        self.assertLess(len(told["message"]), report.MESSAGE_MAX + 100)
        self.assertLess(len(told["text"]), report.TEXT_MAX)
        self.assertIn("characters cut]", told["message"])

    def test_giant_texts_keep_their_end(self):
        told = run_guest(
            "e = None\nfor i in range(3000):\n"
            "    try:\n        raise ValueError('y' * 100) from e\n"
            "    except ValueError as x:\n        e = x\n"
            "raise KeyError('the end') from e\n")
        self.assertLessEqual(len(told["text"]), report.TEXT_MAX)
        self.assertTrue(told["text"].endswith("KeyError: 'the end'\n"))

    def test_hostile_exceptions(self):
        for source in (
                "class E(Exception):\n"
                "    def __str__(self): return 5\nraise E\n",
                "class M(type):\n    @property\n"
                "    def __name__(cls): raise KeyError\n"
                "class E(Exception, metaclass=M): pass\nraise E\n",
                "class E(Exception):\n    __module__ = 5\nraise E\n",
                "class E(Exception):\n    @property\n"
                "    def __notes__(self): raise KeyError\nraise E\n",
                "class E(SyntaxError): pass\ne = E()\ne.text = 5\n"
                "e.lineno = 'x'\nraise e\n",
                "e = ValueError()\ne.__cause__ = e\nraise e\n",
                "class S(str):\n    def __len__(self): return 0\n"
                "class E(Exception):\n    def __str__(self): return S('s')\n"
                "raise E\n",
                "raise KeyError('\\udc80')\n",
                "def f():\n    raise MemoryError\nf()\n"):
            with self.subTest(source):
                told = run_guest(source)
                for key in ("type", "message", "text"):
                    self.assertIs(type(told[key]), str)
                    told[key].encode()
                self.assertTrue(told["text"])

    def test_many_frames_are_cut(self):
        told = run_guest("def f(n):\n    if n: f(n - 1)\n    else: 1 / 0\n"
                         "f(500)\n")
        self.assertEqual(len(told["frames"]), report.FRAMES_MAX)
        self.assertEqual(told["frames"][0][1], 4)
        self.assertEqual(told["frames"][-1][1], 3)


class Sources(unittest.TestCase):
    def test_lines(self):
        for source, lines in (
                (b"a\nb", ["a\n", "b\n"]),
                (b"a\r\nb\r", ["a\n", "b\n"]),
                (b"\xef\xbb\xbfa\n", ["a\n"]),
                (b"", []),
                (b"# coding: latin-1\n\xe9\n",
                 ["# coding: latin-1\n", "\u00e9\n"]),
                (b"# coding: no-such\nx\n", ["# coding: no-such\n", "x\n"]),
                (b"\xff\n", ["\ufffd\n"])):
            with self.subTest(source):
                self.assertEqual(report.source_lines(source), lines)


class Globals(unittest.TestCase):
    def setUp(self):
        self.space = {"__name__": "__main__", "__x": 1}
        self.saved, rt._main = rt._main, types.ModuleType("__main__")
        vars(rt._main).clear()
        vars(rt._main).update(self.space)
        rt._read_globals("{}")

    def tearDown(self):
        rt._main = self.saved

    def finish(self, **values):
        vars(rt._main).update(values)
        return json.loads(rt.finish_globals())

    def test_what_survives(self):
        good = {"a": None, "b": True, "c": 2 ** 200, "d": 1.5, "e": "\u00e9",
                "f": [1, {"x": [None]}], "g": {"k": "v"}, "h": -2 ** 63}
        self.assertEqual(self.finish(**good, t=(1, 2)), {**good, "t": [1, 2]})

    def test_what_does_not(self):
        bad = {"m": sys, "f": len, "s": {1}, "y": b"x", "n": float("nan"),
               "i": float("inf"), "big": 10 ** 300, "u": "\udc80",
               "deep": [[1, [object()]]], "key": {"a\0": 1},
               "tuple key": {(1, 2): 3}, "__dunder__": 1, "nested": [10 ** 400]}
        loop = []
        loop.append(loop)
        self.assertEqual(self.finish(**bad, loop=loop), {})

    def test_bound(self):
        got = self.finish(a="x" * rt.GLOBALS_MAX, b=1)
        self.assertEqual(got, {"b": 1})
        many = {"v%d" % i: "x" * 1000 for i in range(2000)}
        vars(rt._main).update(many)
        self.assertLessEqual(len(rt.finish_globals()), rt.GLOBALS_MAX)

    def test_bad_json(self):
        for text in ("[1]", "{", "1", ""):
            with self.assertRaises(ValueError):
                rt._read_globals(text)


class Zones(unittest.TestCase):
    def test_slim_files_mean_the_same(self):
        import zoneinfo
        import datetime
        for key, data in zones.read_zones().items():
            zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(data), key)
            real = zoneinfo.ZoneInfo(key)
            for year in (1900, 1950, 2000, 2024, 2100):
                for month in (1, 7):
                    when = datetime.datetime(year, month, 15)
                    self.assertEqual(zone.utcoffset(when),
                                     real.utcoffset(when), key)

    def test_without_a_database(self):
        import zoneinfo
        import datetime
        utc = zoneinfo.ZoneInfo.from_file(io.BytesIO(zones._UTC), "UTC")
        when = datetime.datetime(2024, 1, 1, tzinfo=utc)
        self.assertEqual(when.isoformat(), "2024-01-01T00:00:00+00:00")
        self.assertEqual(when.tzname(), "UTC")


class Embed(unittest.TestCase):
    def test_output_compiles_to_the_same_table(self):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "frozen.c")
            extra = os.path.join(folder, "extra.py")
            with open(extra, "w") as f:
                f.write("x = 1\n")
            embed.main(out, SHIMS, "_immure_extra=" + extra)
            with open(out) as f:
                text = f.read()
        names = [line.split('"')[1] for line in text.splitlines()
                 if ".name = \"" in line]
        self.assertEqual(names, sorted(names))
        self.assertIn("_immure_boot", names)
        self.assertIn("_immure_extra", names)
        self.assertIn("immure", names)
        self.assertNotIn("embed", names)
        self.assertNotIn(SHIMS, text)
        self.assertTrue(text.endswith("    {.name = NULL},\n};\n"))

    def test_code_names(self):
        code = embed.compile_module("immure",
                                    os.path.join(SHIMS, "immure.py"))
        self.assertIn(b"<immure immure>", code)


class Texts(unittest.TestCase):
    def test_no_path_is_built_in(self):
        for entry in os.listdir(SHIMS):
            if entry.endswith(".py"):
                with open(os.path.join(SHIMS, entry)) as f:
                    text = f.read()
                self.assertNotIn(ROOT, text)
                self.assertLess(len(text.splitlines()), 600, entry)


@unittest.skipUnless(os.environ.get("IMMURE"), "no jail: $IMMURE is not set")
class Guests(unittest.TestCase):
    def run_each(self, folder, options, args):
        command = os.environ["IMMURE"].split()
        for entry in sorted(os.listdir(os.path.join(HERE, folder))):
            if not entry.endswith(".py"):
                continue
            with self.subTest(entry):
                ran = subprocess.run(
                    [*command, *options, os.path.join(HERE, folder, entry),
                     *args], stdin=subprocess.DEVNULL, timeout=120,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual(ran.returncode, 0,
                                 ran.stdout.decode("utf-8", "replace")[-4000:])

    def test_guests(self):
        self.run_each("guests", [], [])

    def test_library_attributes(self):
        path = os.path.join(HERE, "guests", "library_attributes.py")
        here, jail = (subprocess.run(
            [*command, path], stdin=subprocess.DEVNULL, timeout=120,
            stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
            for command in ([ENGINE_PYTHON, "-I", "-B"],
                            os.environ["IMMURE"].split()))
        self.assertEqual(here, jail)

    def test_changed_library(self):
        """The table in memory is not used for sources that have changed."""
        colorsys = subprocess.run(
            [ENGINE_PYTHON, "-I", "-c",
             "import colorsys; print(colorsys.__file__, end='')"],
            stdout=subprocess.PIPE, check=True).stdout.decode()
        with tempfile.NamedTemporaryFile("w", suffix=".py") as new:
            with open(colorsys) as old:
                new.write(old.read() + "\nCHANGED = True\n")
            new.flush()
            space = ["unshare", "-Urm", "sh", "-c",
                     'mount --bind "$1" "$2" && shift 2 && exec "$@"', "sh",
                     new.name, colorsys]
            quiet = dict(stdin=subprocess.DEVNULL, timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if subprocess.run([*space, "true"], **quiet).returncode != 0:
                self.skipTest("no mount namespace here")
            ran = subprocess.run(
                [*space, *os.environ["IMMURE"].split(), "-c",
                 "import colorsys; print(colorsys.CHANGED)"], **quiet)
            self.assertEqual(ran.stdout, b"True\n")

    def test_jobs(self):
        with tempfile.TemporaryDirectory() as folder:
            options = []
            for number, (name, data) in enumerate(JOB_FILES.items()):
                path = os.path.join(folder, str(number))
                with open(path, "wb") as f:
                    f.write(data)
                options += ["--file", name + "=" + path]
            path = os.path.join(folder, "input")
            with open(path, "wb") as f:
                f.write(JOB_INPUT)
            options += ["--stdin", path]
            for name, value in JOB_ENV.items():
                options += ["--env-var", name + "=" + value]
            self.run_each("jobs", options, JOB_ARGS)


if __name__ == "__main__":
    unittest.main()
