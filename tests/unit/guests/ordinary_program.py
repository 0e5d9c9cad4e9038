"""Ordinary programs over the interpreter: errors, tests, logs, coroutines."""
import __future__, ast, asyncio, atexit, builtins, cmd, code, codeop, dis
import doctest, functools, gc, glob, importlib, importlib.util, inspect, io
import keyword, linecache, locale, logging, logging.config, logging.handlers
import mimetypes, opcode, os, os.path, pathlib, platform, pkgutil, runpy
import signal, socket, site, stat, symtable, sys, threading, timeit, token
import tokenize, traceback, types, unittest, unittest.mock, warnings
import xml.dom.minidom, xml.etree.ElementTree as ET, xml.sax


def failing():
    return 1 / 0


try:
    failing()
except ZeroDivisionError as error:
    text = traceback.format_exc()
    assert "return 1 / 0" in text and "in failing" in text, text
    assert traceback.extract_tb(error.__traceback__)[-1].name == "failing"
    assert error.__traceback__.tb_lineno
    shown = traceback.TracebackException.from_exception(
        error, capture_locals=True)
    assert list(shown.format())
    traceback.clear_frames(error.__traceback__)
    error.add_note("n")
assert traceback.extract_stack() and traceback.format_stack()
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as group:
    assert "ValueError" in "".join(traceback.format_exception(group))
except* TypeError:
    pass
assert ast.literal_eval("[1, {'a': 2}]") == [1, {"a": 2}]
tree = ast.parse("x = 1 + 2")
assert ast.unparse(tree) == "x = 1 + 2" and ast.dump(tree)
space = {}
exec(compile(tree, "<t>", "exec"), space)
assert space["x"] == 3 and eval("1 + 1") == 2


async def work(n):
    await asyncio.sleep(0.001)
    return n * 2


async def main():
    assert await asyncio.gather(work(1), work(2)) == [2, 4]
    async with asyncio.timeout(5):
        task = asyncio.create_task(work(3))
        assert await task == 6
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.01)
    except asyncio.TimeoutError:
        pass
    queue = asyncio.Queue()
    await queue.put(1)
    assert await queue.get() == 1
    async with asyncio.TaskGroup() as group:
        group.create_task(work(1))
    lock = asyncio.Lock()
    async with lock:
        pass
    repr(asyncio.current_task())
    done, pending = await asyncio.wait([asyncio.create_task(work(1))])
    assert len(done) == 1


asyncio.run(main())


@types.coroutine
def switch():
    yield


async def switching():
    await switch()


asyncio.run(switching())
atexit.register(lambda: None)
assert len(builtins.__dict__) > 100
assert "class" in keyword.kwlist


class Loop(cmd.Cmd):
    def do_x(self, line):
        self.said = line


loop = Loop()
loop.onecmd("x y")
assert loop.said == "y"
assert codeop.compile_command("x = 1")
code.InteractiveInterpreter().runsource("x = 1")
dis.dis(failing, file=io.StringIO())


def documented():
    """
    >>> 1 + 1
    2
    """


finder = doctest.DocTestFinder().find(documented, "documented", globs={})
assert doctest.DocTestRunner(verbose=False).run(finder[0]).failed == 0
assert gc.collect() >= 0 and gc.isenabled()
assert glob.glob("/etc/*") == []
assert importlib.import_module("json") is sys.modules["json"]
importlib.invalidate_caches()
assert __import__("os.path") is os
from xml.etree import ElementTree
from concurrent import futures
assert inspect.signature(failing) and inspect.getsource(failing)
assert inspect.getmembers(Loop) and inspect.isfunction(failing)
assert inspect.getdoc(documented) and inspect.ismodule(os)
assert "n" in inspect.signature(functools.partial(work)).parameters


def generator():
    yield 1


running = generator()
assert inspect.getgeneratorstate(running) == "GEN_CREATED"
assert failing.__globals__ is globals() and failing.__closure__ is None
failing.__defaults__ = ()
assert running.gi_code.co_name == "generator"
assert linecache.getline("/etc/passwd", 1) == ""
locale.setlocale(locale.LC_ALL, "C")
assert locale.getlocale() is not None and locale.localeconv()
try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error:
    pass
stream = io.StringIO()
logging.basicConfig(stream=stream, level=logging.INFO,
                    format="%(levelname)s %(funcName)s %(lineno)d %(message)s")
logging.getLogger("a").info("said %s", 1)
assert "INFO <module>" in stream.getvalue(), stream.getvalue()
try:
    failing()
except ZeroDivisionError:
    logging.exception("bad")
assert "ZeroDivisionError" in stream.getvalue()
logging.config.dictConfig({"version": 1, "handlers": {
    "h": {"class": "logging.StreamHandler"}}, "root": {"handlers": ["h"]}})
logging.Formatter.converter = None
assert mimetypes.guess_type("a.html")[0] == "text/html"
assert os.path.join("a", "b") == "a/b" and os.getpid() and os.urandom(3)
assert os.environ.get("HOME") is None and os.fspath("a") == "a"
os.environ["A"] = "b"
assert os.getenv("A") == "b"
assert not os.path.exists("/etc/passwd") and os.strerror(2)
assert pathlib.Path("/a/b.c").suffix == ".c"
assert not pathlib.Path("/etc/passwd").exists()
assert platform.python_version() and platform.python_implementation()
assert signal.SIGINT == 2 and socket.AF_INET and stat.S_ISDIR(0o40000)
assert symtable.symtable("x = 1", "<t>", "exec").get_symbols()
lock = threading.Lock()
with lock, threading.RLock():
    pass
assert threading.current_thread().name == "MainThread"
assert threading.local() and not threading.Event().wait(0.001)
assert timeit.timeit("1 + 1", number=10) >= 0
assert token.NAME and list(tokenize.generate_tokens(
    io.StringIO("x = 1\n").readline))


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ready = True

    def test_good(self):
        with self.assertRaises(ZeroDivisionError):
            failing()
        with self.assertWarns(DeprecationWarning):
            warnings.warn("old", DeprecationWarning)
        with self.subTest(i=1):
            self.assertEqual({"a": 1}, {"a": 1})
        with self.assertLogs("b", "INFO"):
            logging.getLogger("b").info("x")

    def test_bad(self):
        self.assertEqual([1], [2])

    @unittest.mock.patch("json.dumps")
    def test_mock(self, dumps):
        dumps.return_value = "x"
        import json
        self.assertEqual(json.dumps(1), "x")
        dumps.assert_called_once_with(1)
        mock = unittest.mock.MagicMock(spec=["a"])
        mock.a.return_value = 3
        self.assertEqual(mock.a(), 3)


suite = unittest.defaultTestLoader.loadTestsFromTestCase(Case)
report = io.StringIO()
result = unittest.TextTestRunner(stream=report).run(suite)
assert (result.testsRun, len(result.failures), len(result.errors)) == \
    (3, 1, 0), report.getvalue()
assert "self.assertEqual([1], [2])" in report.getvalue()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("w", stacklevel=2)
assert str(caught[0].message) == "w"
root = ET.fromstring("<a x='1'><b>t</b></a>")
assert root.find("b").text == "t" and ET.tostring(root)
assert list(ET.iterparse(io.BytesIO(b"<a><b/></a>")))
assert xml.dom.minidom.parseString("<a/>").documentElement.tagName == "a"
xml.sax.parseString(b"<a/>", xml.sax.ContentHandler())
made = types.ModuleType("made")
made.x = 1
sys.modules["made"] = made
import made as again
assert again.x == 1
try:
    import no_such_module
except ModuleNotFoundError as error:
    assert error.name == "no_such_module"
try:
    compile("1 +", "<x>", "exec")
except SyntaxError as error:
    assert error.lineno == 1
assert hasattr(generator, "__name__") and running.gi_frame.f_lineno
print("ok")
