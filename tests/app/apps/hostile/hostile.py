"""A tenant that means to harm the others."""
import os
import sys

from immure import gateway

_jail = gateway._jail


def spin(environ, start):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def bomb(environ, start):
    x = []
    while True:
        try:
            x.append(bytearray(1 << 20))
        except MemoryError:
            pass


def flood(environ, start):
    while True:
        sys.stderr.write("x" * 65536)


def crash(environ, start):
    os._exit(1)


def nest(environ, start):
    x = ()
    for _ in range(10 ** 6):
        x = (x,)
    hash(x)


def _frame(what, head, body):
    return what + len(head).to_bytes(4, "little") + head + body


def splitter(environ, start):
    """Past start_response: what the server is told itself."""
    _jail.tell("immure.http", _frame(b"F", b"200 OK\nX: a\r\nSet-Cookie\nb=1", b""))


def status(environ, start):
    _jail.tell("immure.http", _frame(b"F", b"101 Switching\nUpgrade\nx", b""))


def twice(environ, start):
    _jail.call("immure.http", _frame(b"H", b"200 OK\nContent-Length\n5", b"12345"))
    _jail.call("immure.http", _frame(b"H", b"200 OK", b"more"))


def longer(environ, start):
    _jail.call("immure.http", _frame(b"H", b"200 OK\nContent-Length\n5",
                              b"12345HTTP/1.1 200 OK\r\n\r\n"))


def headless(environ, start):
    _jail.tell("immure.http", b"F\xff\xff\xff\xff")


def garbage(environ, start):
    for data in (b"Z", b"B", b"E", b"H", b"F"):
        try:
            _jail.call("immure.http", data)
        except Exception:
            pass


def asks(environ, start):
    for _ in range(10 ** 6):
        _jail.call("immure.http", b"R")


def many(environ, start):
    _jail.tell("immure.http", _frame(b"F", b"200 OK\n" + b"X\ny\n" * 5000, b""))


def app(environ, start):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start)
