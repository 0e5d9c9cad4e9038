"""Runs, their results, and what they end with."""

import os
import signal
import threading

import pytest

import immure
from immure import Jail, Job

SPIN = "while True: pass"


def test_everything_goes_in_and_out(jail):
    r = jail.run(
        "import os, sys\n"
        "b = a + 1\n"
        "c = object()\n"
        "print(open('d.csv').read(), sys.argv, sys.stdin.read(), "
        "os.environ['K'])\n"
        "print('oops', file=sys.stderr)\n"
        "open('out.bin', 'wb').write(b'\\xff\\x00')\n",
        globals={"a": 1, "u": "\u00fc\U0001f600"}, files={"d.csv": b"1,2"},
        stdin="in", args=["-x"], env={"K": "V"}, filename="prog.py", wall=10)
    assert r.check() is r
    assert r.globals == {"a": 1, "b": 2, "u": "\u00fc\U0001f600"}
    assert r.stdout == "1,2 ['prog.py', '-x'] in V\n"
    assert r.stderr == "oops\n"
    assert r.files == {"/job/out.bin": b"\xff\x00"}
    assert r.exit_code == 0 and r.exception is None and r.denials == ()
    assert r.usage.mem_peak > 0 and r.policy.startswith("sha256:")


@pytest.mark.parametrize("code, kind, verdict", [
    (SPIN, immure.TimeLimit, "cpu"),
    ("import time; time.sleep(60)", immure.TimeLimit, "wall"),
    ("bytearray(10 ** 10)", immure.MemoryLimit, "error"),
    ("print('x' * 10 ** 6)", immure.OutputLimit, "output"),
    ("import os; os.system('x')", immure.Denied, "denied"),
    ("1 / 0", immure.GuestError, "error"),
    ("import sys; sys.exit(3)", immure.GuestError, "exit"),
])
def test_verdicts_become_exceptions(jail, code, kind, verdict):
    r = jail.run(code, cpu=0.3, wall=0.5 if "sleep" in code else 60)
    assert r.verdict == verdict and not r.ok
    with pytest.raises(kind) as caught:
        r.check()
    assert caught.value.result is r
    assert isinstance(caught.value, immure.RunError)


def test_a_guest_that_crashes(jail):
    code = "x = ()\nfor _ in range(10 ** 6): x = (x,)\nhash(x)"
    with pytest.raises(immure.Crashed) as caught:
        jail.run(code, memory="256M", wall=60).check()
    assert caught.value.result.signal == signal.SIGSEGV


def test_the_guests_traceback(jail):
    with pytest.raises(immure.GuestError) as caught:
        jail.run("def f():\n    1 / 0\nf()", filename="a.py").check()
    error = caught.value
    assert 'File "a.py", line 2, in f' in error.traceback
    assert error.traceback in str(error)
    frames = error.result.exception.frames
    assert [(f.name, f.line, f.source) for f in frames] == \
        [("<module>", 3, "f()"), ("f", 2, "1 / 0")]


def test_denials_say_where_and_why(jail):
    r = jail.run("import os\nos.system('x')")
    assert (r.denials[0].what, r.denials[0].line, r.denials[0].count) == \
        ("os.system()", 2, 1)
    assert r.denials[0].layer == "gate" and r.denials[0].fix


@pytest.mark.parametrize("settings, words", [
    ({"wall": "5"}, "wall: '5' is no quantity"),
    ({"wall": 0}, "wall"),
    ({"wall": float("nan")}, "no time"),
    ({"memory": "5 MB"}, "memory"),
    ({"memory": -1}, "no size"),
    ({"nice": 20}, "nice"),
    ({"globals": {"f": print}}, "not JSON"),
    ({"globals": {"n": float("nan")}}, "not JSON"),
    ({"args": ["a\0b"]}, "null"),
    ({"files": {"x": b"12345"}, "quota": 4}, "1 bytes over the limit of 4"),
])
def test_what_no_job_can_have(jail, settings, words):
    with pytest.raises(ValueError, match=words):
        jail.run("pass", **settings)
    assert jail.run("pass").ok


def test_no_globals(jail):
    assert jail.run("a = 1", globals=False).globals == {}


def test_the_seed(jail):
    code = "import random; print(random.random())"
    seeded = {jail.run(code, seed=7).stdout for _ in range(2)}
    assert len(seeded) == 1
    assert jail.run(code).stdout not in seeded


def test_map_is_ordered_bounded_and_lazy(jail):
    taken = []

    def jobs():
        for n in range(10 ** 9):
            taken.append(n)
            yield Job("import time; time.sleep(%s); print(%d)"
                      % (0.05 if n % 2 else 0, n))

    results = jail.map(jobs(), concurrency=3)
    assert [next(results).stdout for _ in range(6)] == \
        ["%d\n" % n for n in range(6)]
    assert len(taken) <= 9
    results.close()


def test_many_threads(jail):
    wrong = []

    def work(n):
        for i in range(5):
            r = jail.run("print(%d, %d)" % (n, i))
            if r.stdout != "%d %d\n" % (n, i):
                wrong.append(r)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_cancel_ends_the_guest(jail):
    future = jail.submit(Job("import time; time.sleep(3600)", wall="60m"))
    assert future.cancel()
    assert jail.run("print(1)").stdout == "1\n"


def test_a_session_keeps_its_names(jail):
    with jail.session() as s:
        s.run("x = 1")
        assert s.run("y = x + 1", globals={"z": 3}).globals == \
            {"x": 1, "y": 2, "z": 3}
        assert s.run("1 / 0").verdict == "error"
        assert s.run("print(y)").stdout == "2\n"
        s.reset()
        assert s.run("print(y)").exception.type == "NameError"


def spun(jail):
    """A session in which a loop has ended by itself, which it has 30 ms for:
    not always enough on a busy machine."""
    for _ in range(10):
        s = jail.session()
        if s.run(SPIN, cpu=0.2, wall=60).limit.phase == "soft":
            return s
        s.close()
    raise AssertionError("no loop ends by itself")


def test_a_session_that_is_over(jail):
    with spun(jail) as s:
        assert s.run("print(1)").ok  # it ended by itself, and goes on
        assert s.run("sum(range(10 ** 12))", cpu=0.2,
                     wall=60).limit.phase == "hard"
        with pytest.raises(immure.Unavailable, match="over") as caught:
            s.run("print(1)")
        assert not caught.value.may_have_run
    with pytest.raises(immure.Unavailable, match="over"):
        s.run("print(1)")
    closed = jail.session()
    closed.close()
    with pytest.raises(immure.Unavailable, match="closed"):
        closed.run("print(1)")


def test_one_step_at_a_time(jail):
    with jail.session() as s:
        future = s.submit("try:\n    while True: pass\n"
                          "except KeyboardInterrupt: print('stopped')")
        with pytest.raises(RuntimeError):
            s.submit("pass")
        while not future.done():
            s.interrupt()
            threading.Event().wait(0.05)
        assert future.result().stdout in ("stopped\n", "")


def test_output_as_it_comes(jail):
    parts = {1: b"", 2: b""}

    def on_output(fd, data):
        parts[fd] += data

    code = ("import sys; sys.stdout.buffer.write(b'\\xff' * 9000)\n"
            "print('e', file=sys.stderr)")
    assert jail.run(code, on_output=on_output).ok
    assert parts == {1: b"\xff" * 9000, 2: b"e\n"}
    with jail.session(on_output) as s:
        s.run("print(1)")
    assert parts[1].endswith(b"1\n")
    with pytest.raises(KeyError):
        jail.run("print(1)", on_output=lambda fd, data: parts[7])


def test_a_dead_supervisor_is_started_again():
    with Jail() as jail:
        assert jail.run("print(1)").ok
        first = jail._link.pid
        future = jail.submit(Job("import time; time.sleep(3600)", wall="60m"))
        session = jail.session()
        os.kill(first, signal.SIGKILL)
        with pytest.raises(immure.Unavailable, match="may have run") as caught:
            future.result()
        assert caught.value.may_have_run and caught.value.code == "gone"
        with pytest.raises(immure.Unavailable) as caught:
            session.run("pass")
        assert not caught.value.may_have_run
        assert jail.run("print(2)").stdout == "2\n"
        assert jail._link.pid != first


def test_a_job_before_any_guest_has_not_run():
    with Jail() as jail:
        pid = jail._link.pid
        os.kill(pid, signal.SIGSTOP)
        future = jail.submit("print(1)")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(immure.Unavailable, match="has not run") as caught:
            future.result()
        assert not caught.value.may_have_run


def test_close_waits_and_tells():
    jail = Jail()
    future = jail.submit(Job("import time; time.sleep(3600)", wall="60m"))
    pid = jail._link.pid
    jail.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(immure.Unavailable):
        future.result()
    with pytest.raises(immure.Unavailable, match="closed"):
        jail.run("pass")


def test_a_child_of_fork_has_its_own(jail):
    jail.run("pass")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if jail.run("print(1)").stdout == "1\n" else 2
            jail.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert jail.run("print(1)").stdout == "1\n"


def test_policies(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text('[limits]\noutput = "1K"\n')
    with Jail(policy=path) as jail:
        assert jail.run("print('x' * 2000)").verdict == "output"
        assert jail.run("print('x' * 2000)", output="1M").ok
    path.write_text("[limits]\ncpus = 1\n")
    with pytest.raises(immure.Unavailable, match="cpus") as caught:
        Jail(policy=path).start()
    assert caught.value.code == "policy"


def test_programs_that_are_not_there(tmp_path, monkeypatch):
    with pytest.raises(immure.Unavailable, match="can't find immure"):
        Jail(bin=tmp_path).start()
    monkeypatch.setenv("IMMURE_BIN", str(tmp_path))
    with pytest.raises(immure.Unavailable, match="IMMURE_BIN"):
        Jail().start()
