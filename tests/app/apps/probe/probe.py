"""What a test may ask of a WSGI server."""
import hashlib
import io
import json
import os
import sys
import time
from wsgiref.validate import validator

closed = []


class Blocks:
    """A response in blocks that knows when it is closed."""

    def __init__(self, blocks):
        self.blocks = iter(blocks)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.blocks)

    def close(self):
        closed.append(1)


def show(environ, start):
    text = json.dumps({key: value for key, value in environ.items()
                       if isinstance(value, (str, bool, int, tuple))})
    start("200 OK", [("Content-Type", "application/json")])
    return [text.encode()]


def echo(environ, start):
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Type", "application/octet-stream"),
                     ("Content-Length", str(len(body)))])
    return [body]


def count(environ, start):
    """How much there was, without holding it."""
    n, sha = 0, hashlib.sha256()
    while True:
        data = environ["wsgi.input"].read(10000)
        if not data:
            break
        n += len(data)
        sha.update(data)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"%d %s" % (n, sha.hexdigest().encode())]


def lines(environ, start):
    source = environ["wsgi.input"]
    first, rest = source.readline(), list(source)
    start("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([first.decode(), [r.decode() for r in rest]]).encode()]


def blocks(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return Blocks([b"one ", b"", b"two ", b"three"])


def slow(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])

    def parts():
        for i in range(3):
            yield b"%d" % i
            time.sleep(0.3)
    return parts()


def big(environ, start):
    n = int(environ["QUERY_STRING"])
    start("200 OK", [("Content-Type", "text/plain"),
                     ("Content-Length", str(n << 20))])
    return (bytes(1 << 20) for _ in range(n))


def write(environ, start):
    out = start("200 OK", [("Content-Type", "text/plain")])
    out(b"written ")
    return [b"returned"]


def late(environ, start):
    """exc_info before anything was sent: another response."""
    start("200 OK", [("Content-Type", "text/plain")])
    try:
        raise ValueError("changed its mind")
    except ValueError:
        start("503 Later", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"later"]


def too_late(environ, start):
    """exc_info behind the first block: it is raised."""
    start("200 OK", [("Content-Type", "text/plain")])
    yield b"begun"
    try:
        raise ValueError("too late")
    except ValueError:
        start("500 No", [("Content-Type", "text/plain")], sys.exc_info())
    yield b"never"


def fails(environ, start):
    raise RuntimeError("it fails, with \x1b[31mcolour")


def denied(environ, start):
    os.system("ls")


def file(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return environ["wsgi.file_wrapper"](io.BytesIO(b"x" * 700000), 1000)


def short(environ, start):
    start("200 OK", [("Content-Length", "10"), ("Content-Type", "text/plain")])
    return [b"short"]


def split(environ, start):
    start("200 OK", [("X-Bad", "a\r\nSet-Cookie: owned=1")])
    return [b"split"]


def split_status(environ, start):
    start("200 OK\r\nX: y", [])
    return [b"split"]


def hop(environ, start):
    start("200 OK", [("Transfer-Encoding", "chunked")])
    return [b"0\r\n\r\n"]


def nothing(environ, start):
    start("204 No Content", [])
    return []


def twice(environ, start):
    start("200 OK", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"),
                     ("Content-Type", "text/plain")])
    return [b"cookies"]


def cookie(environ, start):
    n = int(environ["QUERY_STRING"])
    start("200 OK", [("Set-Cookie", "c" * n), ("Content-Type", "text/plain")])
    return [b"large"]


def spin(environ, start):
    while True:
        pass


def sleepy(environ, start):
    try:
        time.sleep(60)
    finally:
        print("was woken", file=sys.stderr)


def stubborn(environ, start):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def bomb(environ, start):
    x = []
    while True:
        x.append(bytes(1 << 20))


def leaves(environ, start):
    os._exit(3)


def exits(environ, start):
    sys.exit(3)


def closes(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % len(closed)]


def environment(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["GREETING"].encode()]


def folder(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(sorted(os.listdir("/job"))).encode()]


def slow_reply(environ, start):
    time.sleep(0.5)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]


ROUTES = {name: value for name, value in list(globals().items())
          if callable(value) and name not in ("Blocks", "validator")}


def plain(environ, start):
    name = environ["PATH_INFO"].strip("/") or "show"
    return ROUTES.get(name, show)(environ, start)


checked = validator(plain)


def app(environ, start):
    if environ.get("HTTP_X_CHECK"):
        return checked(environ, start)
    return plain(environ, start)
