"""The API of openedx/codejail, as its documentation has it.

Each test runs by the name `codejail`: what a program that uses it sees."""

import logging
import os
import signal
import sys
import textwrap
import zipfile

import pytest

import immure.codejail

immure.codejail.install()

import codejail  # noqa: E402
from codejail import jail_code as jc  # noqa: E402
from codejail import safe_exec as se  # noqa: E402
from codejail.django_integration_utils import \
    apply_django_settings  # noqa: E402
from codejail.limits import LIMIT_OVERRIDES, LIMITS  # noqa: E402


@pytest.fixture(autouse=True)
def fresh_settings():
    limits = dict(LIMITS)
    jc.configure("python", "/sandbox/bin/python", user="sandbox")
    jc.set_limit("CPU", 20)
    jc.set_limit("REALTIME", 60)
    yield
    LIMITS.update(limits)
    LIMIT_OVERRIDES.clear()
    jc.COMMANDS.clear()


def jailpy(code=None, **kwargs):
    return jc.jail_code("python", code and textwrap.dedent(code), **kwargs)


# --- jail_code


def test_hello():
    res = jailpy("print('Hello')")
    assert (res.status, res.stdout, res.stderr) == (0, b"Hello\n", b"")
    status, stdout, stderr = res
    assert stdout == b"Hello\n"


def test_argv_and_stdin():
    res = jailpy("import sys; print(sys.argv, sys.stdin.read())",
                 argv=["a", "-x"], stdin="\u00fc")
    assert res.stdout.decode() == "['jailed_code', 'a', '-x'] \u00fc\n"


def test_an_exception_ends_it():
    res = jailpy("raise Exception('FAIL')")
    assert res.status == 1 and res.stdout == b""
    assert res.stderr.decode() == (
        'Traceback (most recent call last):\n'
        '  File "jailed_code", line 1, in <module>\n'
        "    raise Exception('FAIL')\n"
        "Exception: FAIL\n")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_may_be_large_and_binary(stream):
    res = jailpy("import sys\n"
                 "sys.%s.buffer.write(bytes(range(256)) * 10000)" % stream)
    assert res.status == 0
    assert getattr(res, stream) == bytes(range(256)) * 10000


def test_stdin_may_be_large_and_binary():
    res = jailpy("import sys; print(sum(sys.stdin.buffer.read()))",
                 stdin=bytes(range(256)) * 10000)
    assert res.stdout == b"326400000\n"


def test_what_it_sees(tmp_path):
    (tmp_path / "hello.txt").write_text("Hello.")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "module.py").write_text("const = 42")
    jc.set_limit("FSIZE", 1000)
    res = jailpy("""\
        import os, tempfile
        print(open("hello.txt").read(), open("x").read())
        for row in sorted((p, sorted(d), sorted(f)) for p, d, f in os.walk(".")):
            print(row)
        print(tempfile.gettempdir() == os.path.abspath("tmp"))
        print(dict(os.environ))
        """, files=[str(tmp_path / "hello.txt"), str(tmp_path / "lib")],
        extra_files=[("x", b"extra")])
    assert res.stderr == b""
    assert res.stdout.decode().splitlines() == [
        "Hello. extra",
        "('.', ['lib', 'tmp'], ['hello.txt', 'jailed_code', 'x'])",
        "('./lib', [], ['module.py'])",
        "('./tmp', [], [])",
        "True",
        "{'TMPDIR': 'tmp'}"]


def test_a_file_is_run():
    res = jailpy(extra_files=[("run.py", b"import sys; print(sys.argv)")],
                 argv=["run.py", "1"])
    assert res.stdout == b"['run.py', '1']\n"
    with pytest.raises(codejail.JailError, match="no file 'x.py'"):
        jailpy(argv=["x.py"])


def test_links_show_only_what_was_given(tmp_path):
    top = tmp_path / "given"
    top.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (top / "here.txt").write_text("here")
    for name, to in (("near", "here.txt"), ("nearer", "near"),
                     ("up", "../secret.txt"),
                     ("away", tmp_path / "secret.txt"), ("loop", "loop")):
        (top / name).symlink_to(to)
    res = jailpy("import os; print(sorted(os.listdir('given')),"
                 " open('given/nearer').read())", files=[str(top)])
    assert res.stdout == b"['here.txt', 'near', 'nearer'] here\n"


def test_not_configured():
    with pytest.raises(Exception, match="needs to be configured for 'ruby'"):
        jc.jail_code("ruby", "puts 1")
    jc.configure("ruby", "/usr/bin/ruby")
    assert jc.is_configured("ruby") and not jc.is_configured("perl")
    with pytest.raises(codejail.JailError, match="not ruby"):
        jc.jail_code("ruby", "puts 1")


def test_no_environment_no_processes_no_network():
    for code in ("import os; os.fork()",
                 "import urllib.request as u; u.urlopen('http://192.0.2.1')"):
        res = jailpy("print('Trying', flush=True)\n" + code)
        assert res.status == 1 and res.stdout == b"Trying\n"
        assert b"\nimmure.Jail" in res.stderr


# --- limits


@pytest.mark.parametrize("user, status", [("sandbox", 128 + signal.SIGXCPU),
                                          (None, -signal.SIGXCPU)])
def test_cpu(user, status):
    jc.configure("python", "/bin/python", user=user)
    jc.set_limit("CPU", 1)
    res = jailpy("print('a', flush=True)\nwhile True: pass")
    assert (res.status, res.stdout) == (status, b"a\n")


def test_realtime(caplog):
    jc.set_limit("REALTIME", 1)
    res = jailpy("import time; time.sleep(100); print('Done')", slug="slow")
    assert (res.status, res.stdout) == (-signal.SIGKILL, b"")
    assert any("Killing" in r.getMessage() and r.levelno == logging.WARNING
               for r in caplog.records)


def test_no_time_limits():
    jc.set_limit("CPU", 0)
    jc.set_limit("REALTIME", 0)
    assert jailpy("print(1)").stdout == b"1\n"


def test_memory():
    jc.set_limit("VMEM", 30000000)
    res = jailpy("print(len(bytearray(400000000)))")
    assert res.status == 1 and b"MemoryError" in res.stderr
    jc.set_limit("VMEM", 0)
    assert jailpy("print(len(bytearray(400000000)))").stdout == b"400000000\n"


def test_files_may_not_be_written_unless_they_may():
    code = """\
        with open('tmp/x', 'w') as f: f.write('hello')
        print(open('tmp/x').read())
        """
    res = jailpy(code, extra_files=[("given", b"12345")])
    assert res.status == 1 and b"OSError" in res.stderr
    jc.set_limit("FSIZE", 1000)
    assert jailpy(code).stdout == b"hello\n"
    res = jailpy("with open('x', 'w') as f: f.write('.' * 2000)")
    assert res.status == 1 and b"OSError" in res.stderr


def test_contexts():
    jc.override_limit("CPU", 7, "course")
    assert jc.get_effective_limits()["CPU"] == 20
    assert jc.get_effective_limits("course")["CPU"] == 7
    assert jc.get_effective_limits("other")["CPU"] == 20
    jc.override_limit("VMEM", 20000000, "course")
    res = jailpy("bytearray(100000000)", limit_overrides_context="course")
    assert b"MemoryError" in res.stderr


def test_the_proxy_has_no_context(caplog):
    jc.override_limit("PROXY", 1, "course")
    assert "PROXY" in caplog.text
    assert jc.get_effective_limits("course")["PROXY"] is None
    jc.set_limit("PROXY", 1)
    assert jailpy("print(1)").status == 0


def test_slugs_are_logged(caplog):
    caplog.set_level(logging.INFO, "codejail")
    jailpy("print(1)")
    assert caplog.text == ""
    jailpy("print(1)", slug="a/useful/slug")
    assert "Executed jailed code a/useful/slug" in caplog.text


# --- safe_exec, both of them, and the older generation's method


def by_object(*args, **kwargs):
    return codejail.get_codejail("python").safe_exec(*args, **kwargs)


@pytest.fixture(params=[se.safe_exec, se.not_safe_exec, by_object],
                ids=["safe_exec", "not_safe_exec", "Jail.safe_exec"])
def safe_exec(request):
    return request.param


def test_globals_go_in_and_out(safe_exec):
    space = {"a": 1, "f": print}
    new = safe_exec("def g(): return a\nb = g() + 1; print('hi')", space)
    assert new == {"a": 1, "b": 2}
    assert space == {"a": 1, "b": 2, "f": print}
    assert safe_exec("x = 1") == {"x": 1}


def test_what_survives(safe_exec):
    space = {}
    safe_exec("""a = (1, b'x', {2: None}); b = b'\\xff'; c = {1}
d = [object()]; e = float('inf'); f = 10 ** 400; g = '\\u00fc'; __h = 3
class K(dict): pass
k = K(z=1)
""", space)
    assert space == {"a": [1, "x", {"2": None}], "e": float("inf"),
                     "f": 10 ** 400, "g": "\u00fc", "__h": 3, "k": {"z": 1}}


def test_exceptions(safe_exec):
    space = {"a": 1}
    with pytest.raises(se.SafeExecException,
                       match="ValueError: not soup"):
        safe_exec("a = 2\nraise ValueError('not soup')", space)
    assert space == {"a": 1}


def test_the_message():
    with pytest.raises(se.SafeExecException) as caught:
        se.safe_exec("1 / 0", {})
    text = str(caught.value)
    assert text.startswith("Couldn't execute jailed code: stdout: b'', "
                           "stderr: b'Traceback")
    assert text.endswith("with status code: 1")
    assert 'File "<string>", line 1, in <module>' in text
    with pytest.raises(se.SafeExecException, match="^ZeroDivisionError: div"):
        se.not_safe_exec("1 / 0", {})


def test_files_and_python_path(safe_exec, tmp_path):
    (tmp_path / "hello.txt").write_text("Hello")
    package = tmp_path / "lib" / "pack"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .part import const")
    (package / "part.py").write_text("const = 42")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("zipped.py", "const = 43")
        archive.writestr("../evil.py", "")
    new = safe_exec(
        "import pack, zipped, single\n"
        "a = [open('hello.txt').read(), pack.const, zipped.const, single.x]",
        {}, files=[str(tmp_path / "hello.txt")],
        python_path=[str(tmp_path / "lib"), str(tmp_path / "more.zip"),
                     "/not/copied/extra/"[:-1]],
        extra_files=[("extra/", b""), ("extra/single.py", b"x = 44")])
    assert new["a"] == ["Hello", 42, 43, 44]


def test_an_early_end_has_no_globals(safe_exec):
    with pytest.raises(codejail.JailError, match="no globals"):
        safe_exec("import sys; sys.exit(0)", {})


def test_unicode(safe_exec):
    assert safe_exec("b = a + '\u20ac'", {"a": "\u00fc"})["b"] == \
        "\u00fc\u20ac"


def test_json_safe():
    original = {"a": ["text", b"bytes"], "__builtins__": 1}
    assert se.json_safe(original) == {"a": ["text", "bytes"]}
    assert original["a"][1] == b"bytes"
    for code in range(0xD800, 0xE000, 64):
        se.json_safe({"v": chr(code), chr(code): 1})


# --- settings


def test_objects():
    made = codejail.configure("python", "/bin/python")
    assert codejail.get_codejail("python") is made
    assert made.jail_code("print(1)").stdout == b"1\n"
    assert made["user"] is None
    with pytest.raises(codejail.JailError, match="not found for ruby"):
        codejail.get_codejail("ruby")


def test_safe_exec_needs_no_configuration():
    jc.COMMANDS.clear()
    assert se.safe_exec("a = 1", {})["a"] == 1


def test_django_settings():
    jc.COMMANDS.clear()
    apply_django_settings({
        "python_bin": "/sandbox/bin/python", "user": "sandbox",
        "limits": {"CPU": 3},
        "limit_overrides": {"course": {"CPU": 5}}})
    assert jc.COMMANDS["python"].user == "sandbox"
    assert jc.get_effective_limits("course")["CPU"] == 5
    assert jc.get_effective_limits()["CPU"] == 3


def test_policies(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text('[modules]\ndeny = ["decimal"]\n')
    try:
        immure.codejail.use_policy(path)
        assert b"decimal" in jailpy("import decimal").stderr
        path.write_text("[limits]\ncpus = 1\n")
        immure.codejail.use_policy(path)
        with pytest.raises(codejail.JailError, match="cpus"):
            jailpy("pass")
    finally:
        immure.codejail.use_policy()


def test_a_real_codejail_is_not_replaced(monkeypatch):
    monkeypatch.setitem(sys.modules, "codejail", os)
    with pytest.raises(RuntimeError):
        immure.codejail.install()
