import contextlib
import io


@contextlib.contextmanager
def tag(name, log):
    log.append("<" + name)
    try:
        yield name
    finally:
        log.append(name + ">")


log = []
with tag("a", log) as a, contextlib.suppress(KeyError):
    assert a == "a"
    {}["x"]
assert log == ["<a", "a>"]
out = io.StringIO()
with contextlib.redirect_stdout(out):
    print("inside")
assert out.getvalue() == "inside\n"
with contextlib.ExitStack() as stack:
    stack.enter_context(tag("b", log))
    stack.callback(log.append, "callback")
assert log[-2:] == ["callback", "b>"]
with contextlib.closing(io.StringIO()) as f:
    pass
assert f.closed
with contextlib.nullcontext(5) as five:
    assert five == 5
