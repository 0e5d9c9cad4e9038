"""Functions outside, called by guests."""

import asyncio
import threading
import time

import pytest

import immure
from immure import AsyncJail, Function, FunctionError, Job

CALL = "from immure import gateway\n"


def test_arguments_and_values(jail):
    seen = []

    def f(*args, **kwargs):
        seen.append((args, kwargs))
        return {"n": [len(args), None, 1.5, "\u20ac"]}

    r = jail.run(CALL + "x = gateway.call('f', 1, [2], k={'a': '\\ud800'})",
                 globals={}, functions={"f": f}).check()
    assert seen == [((1, [2]), {"k": {"a": "\ud800"}})]
    assert r.globals["x"] == {"n": [2, None, 1.5, "\u20ac"]}
    assert (r.calls[0].name, r.calls[0].count, r.calls[0].refused) == \
        ("f", 1, 0)
    assert r.calls[0].bytes > 20 and r.calls[0].ms >= 0


def test_only_what_was_granted(jail):
    code = CALL + """
for name in ("g", "f", "f", "f"):
    try: print(gateway.call(name))
    except Exception as e: print(type(e).__name__)
"""
    r = jail.run(code, functions={"f": Function(lambda: 7, calls=2)})
    assert r.stdout == "JailDenied\n7\n7\nJailDenied\n"
    assert (r.calls[0].count, r.calls[0].refused) == (2, 1)
    r = jail.run(code)
    assert r.stdout == "JailDenied\n" * 4 and r.calls == ()


def test_bytes_are_counted(jail):
    r = jail.run(CALL + "gateway.call('f', 'x' * 5000)",
                 functions={"f": Function(lambda x: x, bytes="1K")})
    assert r.verdict == "denied" and r.calls[0].refused == 1


def test_raw_functions(jail):
    r = jail.run(CALL + "print(gateway.exchange('f', b'\\x00\\xff'))",
                 functions={"f": Function(lambda data: data[::-1], raw=True)})
    assert r.stdout == "b'\\xff\\x00'\n"


def test_failures_that_a_guest_may_know(jail):
    def f(n):
        raise FunctionError("no %r here" % n)

    r = jail.run(CALL + """
for args in ((1,), (), (1, 2)):
    try: gateway.call("f", *args)
    except gateway.GatewayError as e: print(e)
""", functions={"f": f})
    assert r.stdout.splitlines() == [
        "no 1 here", "TypeError: missing a required argument: 'n'",
        "TypeError: too many positional arguments"]


@pytest.mark.parametrize("f, kind", [
    (lambda: {}["secret"], KeyError), (lambda: object(), TypeError),
    (lambda: float("nan"), ValueError), (lambda: "x" * (17 << 20), ValueError),
])
def test_other_exceptions_are_the_callers(jail, f, kind):
    with pytest.raises(kind):
        jail.run(CALL + "gateway.call('f')", wall="60s", functions={"f": f})
    assert jail.run("print(1)").stdout == "1\n"


def test_what_is_no_call(jail):
    calls = []
    r = jail.run(CALL + """
for data in (b"", b"[]", b"{}", b'{"args": {}, "kwargs": {}}', b"\\xff",
             b'{"args": [], "kwargs": []}', b"[" * 100000, b"null"):
    try: gateway.exchange("f", data)
    except gateway.GatewayError as e: print(e)
""", functions={"f": lambda *a, **k: calls.append(1)}).check()
    assert r.stdout.count("no call") == 8 and calls == []


@pytest.mark.parametrize("functions, words", [
    ({"a b": print}, "no name"), ({"": print}, "no name"),
    ({"f" * 65: print}, "no name"), ({"f": 3}, "can't be called"),
    ({"f": Function(print, calls=-1)}, "calls"),
    ({"f": Function(print, bytes="5 MB")}, "bytes"),
    ({"f%d" % n: print for n in range(65)}, "more than 64"),
])
def test_what_can_not_be_granted(jail, functions, words):
    with pytest.raises(ValueError, match=words):
        jail.run("pass", functions=functions)


def test_a_function_may_take_its_time_and_run_jobs(jail):
    def inner(code):
        time.sleep(0.2)
        return jail.run(code).stdout

    futures = [jail.submit(Job(CALL + "print(gateway.call('run', "
                               "'print(%d)'))" % n, wall="20s",
                               functions={"run": inner})) for n in range(4)]
    begun = time.monotonic()
    assert jail.run("print(1)").stdout == "1\n"
    assert [f.result().stdout for f in futures] == \
        ["%d\n\n" % n for n in range(4)]
    assert time.monotonic() - begun < 15


def test_the_wall_clock_runs_on(jail):
    over = threading.Event()
    r = jail.run(CALL + "gateway.call('wait')", wall=0.3,
                 functions={"wait": lambda: over.wait(30)})
    over.set()
    assert r.verdict == "wall"


def test_steps_have_their_own(jail):
    with jail.session() as s:
        code = CALL + "print(gateway.call('f'))"
        assert s.run(code, functions={"f": lambda: 1}).stdout == "1\n"
        assert s.run(code, functions={"f": lambda: 2}).stdout == "2\n"
        assert s.run(code).verdict == "denied"
        with pytest.raises(ZeroDivisionError):
            s.run(code, functions={"f": lambda: 1 / 0})


def test_asyncio():
    async def main():
        here = threading.get_ident()

        async def price(name):
            await asyncio.sleep(0.01)
            assert threading.get_ident() == here
            if name == "gold":
                raise FunctionError("not for sale")
            return len(name)

        async with AsyncJail(policy="grader") as jail:
            code = CALL + "print(gateway.call('%s', '%s'))"
            results = await asyncio.gather(
                jail.run(code % ("price", "tea"), functions={"price": price}),
                jail.run(code % ("price", "gold"), functions={"price": price}),
                jail.run(code % ("upper", "tea"),
                         functions={"upper": str.upper}))
            jobs = [Job(code % ("price", "x" * n), functions={"price": price})
                    for n in range(3)]
            mapped = [r.stdout async for r in jail.map(jobs)]
            async with jail.session() as s:
                r = await s.run(code % ("price", "four"),
                                functions={"price": price})
            with pytest.raises(KeyError):
                await jail.run(code % ("bad", ""), functions={"bad": bad})
            return [r.stdout for r in results], results[1], mapped, r.stdout

    async def bad(name):
        raise KeyError(name)

    texts, refused, mapped, step = asyncio.run(main())
    assert texts == ["3\n", "", "TEA\n"]
    assert "not for sale" in refused.exception.text
    with pytest.raises(immure.GuestError):
        refused.check()
    assert (mapped, step) == (["0\n", "1\n", "2\n"], "4\n")
