"""WSGI applications in a guest: immure.wsgi, the inner half of `immure app`.

    from immure import wsgi
    __serve__ = wsgi.server(app)

Each request is a step of the worker's session, which calls __serve__ with one
bytes object: u8 "E" or "M" (the body is whole, or more of it is to be asked
for), u32 length of the head, the head (NAME NUL VALUE NUL... in latin-1), and
what there is of the body.  What is said outside are calls of the function
"immure.http", whose first byte says what they are:

    R                       more of the body, please: bytes, none at its end
    H u32 head, block       the response begins; B block: it goes on
    F u32 head, body        the whole response; E block: its last block

A head is status NL name NL value NL...  F and E are told, not asked: the
worker goes on with close() while the response is on its way.
"""
import io
import re
import sys

import _jail
import _immure_report

__all__ = ["FileWrapper", "server"]

_FUNCTION = "immure.http"
BLOCK_MAX = 1 << 20     # of a call
FILE_BLOCK = 1 << 18

_HOP_BY_HOP = frozenset((
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "te", "trailer", "trailers", "transfer-encoding", "upgrade"))
_control = re.compile("[\0-\x08\x0b-\x1f\x7f]").search
_is_status = re.compile(r"[2-5][0-9][0-9]( .*)?").fullmatch
_is_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch

_call, _tell = _jail.call, _jail.tell
_TimeLimit = _jail.TimeLimit


def server(app):
    """The function that serves requests by APP.  Who imports that is the
    caller: in the name of the library a guest would import what is denied."""
    def serve(request):
        _serve(app, request)
    return serve


class ClientGone(OSError):
    """Nobody reads the response any more."""

    __module__ = "immure.wsgi"


class FileWrapper:
    """wsgi.file_wrapper: blocks of a file-like object."""

    def __init__(self, filelike, blksize=8192):
        self.filelike = filelike
        self.blksize = blksize
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.blksize)
        if data:
            return data
        raise StopIteration


_BASE = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.file_wrapper": FileWrapper,
    "wsgi.input_terminated": True,
}


class _Body(io.RawIOBase):
    """A body that is still coming."""

    def __init__(self, first):
        self._data = memoryview(first)
        self._ended = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._data and not self._ended:
            done, data = _call(_FUNCTION, b"R")
            if not done:
                raise OSError("the request's body: "
                              + data.decode("utf-8", "replace"))
            self._data, self._ended = memoryview(data), not data
        n = min(len(buffer), len(self._data))
        buffer[:n] = self._data[:n]
        self._data = self._data[n:]
        return n


def _environ(request):
    end = 5 + int.from_bytes(request[1:5], "little")
    parts = request[5:end].decode("latin-1").split("\0")
    environ = dict(zip(parts[::2], parts[1::2]))
    environ.update(_BASE)
    environ["wsgi.errors"] = sys.stderr
    body = request[end:]
    environ["wsgi.input"] = io.BytesIO(body) if request[0] == 69 \
        else io.BufferedReader(_Body(body))
    return environ


class _Response:
    __slots__ = ("head", "length", "sent", "is_head", "bare", "begun",
                 "over")

    def __init__(self, method):
        self.head = None        # text, once start_response() was called
        self.length = None      # the response's own Content-Length
        self.sent = 0           # bytes of the body
        self.is_head = self.bare = method == "HEAD"
        self.begun = False      # the head is on its way
        self.over = False

    def start(self, status, headers, exc_info=None):
        """start_response() of PEP 3333."""
        if exc_info:
            try:
                if self.begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None:
            raise AssertionError("start_response() was called twice")
        length, lines = None, [status]
        for name, value in headers:
            low = name.lower()
            if low == "content-length":
                length = _length(value)
            elif low in _HOP_BY_HOP:
                raise AssertionError("the header %s is the server's" % name)
            if not _is_name(name):
                raise ValueError("not a header's name: %r" % name)
            lines += name, value
        text = "\n".join(lines)
        if _control(text) or text.count("\n") != len(lines) - 1:
            raise ValueError("a control character in the status or a header")
        if not _is_status(status):
            raise ValueError("not a status: %r" % status)
        self.head = text.encode("latin-1")
        self.length = length
        self.bare = self.is_head or status[:3] in ("204", "304")
        return self.write

    def write(self, block):
        """A block of the body, and the head before the first one."""
        if type(block) is not bytes:
            raise TypeError("a block of the response is bytes, not %s"
                            % type(block).__name__)
        if self.head is None:
            raise AssertionError("a block before start_response()")
        if self.bare:
            return
        if self.length is not None:
            block = block[:self.length - self.sent]
        self.sent += len(block)
        for at in range(0, len(block), BLOCK_MAX):
            part = block[at:at + BLOCK_MAX]
            last = self.sent == self.length and at + BLOCK_MAX >= len(block)
            self._send(part, last)

    def _send(self, block, last):
        if self.over:
            return
        self.over = last
        if self.begun:
            data = (b"E" if last else b"B") + block
        else:
            self.begun = True
            data = b"%c%b%b%b" % (b"F" if last else b"H",
                                  len(self.head).to_bytes(4, "little"),
                                  self.head, block)
        if last:
            _tell(_FUNCTION, data)
            return
        done, why = _call(_FUNCTION, data)
        if not done:
            raise ClientGone(why.decode("utf-8", "replace"))

    def whole(self, body):
        """All there is to be of the body, if nothing was written before."""
        if type(body) is bytes and self.length is None \
                and self.head is not None and not self.begun:
            self.head += b"\nContent-Length\n%d" % len(body)
            self.length = len(body)
        if body:
            self.write(body)

    def end(self):
        if self.head is None:
            raise AssertionError("the application did not call "
                                 "start_response()")
        if self.length is not None and self.sent < self.length \
                and not self.bare:
            raise AssertionError(
                "the response has %d bytes, and a Content-Length of %d"
                % (self.sent, self.length))
        self._send(b"", True)


def _length(value):
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise ValueError("not a Content-Length: %r" % value)
    return int(value)


def _send_body(response, result):
    kind = type(result)
    if (kind is list or kind is tuple) and len(result) == 1:
        response.whole(result[0])
    elif kind is FileWrapper:
        while True:
            block = result.filelike.read(FILE_BLOCK)
            if not block:
                break
            response.write(block)
    else:
        for block in result:
            if block:
                response.write(block)
    response.end()


def _serve(app, request):
    environ = _environ(request)
    response = _Response(environ["REQUEST_METHOD"])
    try:
        result = app(environ, response.start)
        try:
            _send_body(response, result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
    except _TimeLimit:
        raise
    except BaseException as error:
        _fail(response, error)
        if isinstance(error, MemoryError):
            raise


def _fail(response, error):
    if not isinstance(error, ClientGone):
        sys.stderr.write(_immure_report.describe(error)["text"])
    if response.begun:
        return      # without its end: the client sees that it is cut
    body = b"Internal Server Error\n"
    response.head, response.length, response.sent = (
        b"500 Internal Server Error\nContent-Type\ntext/plain\n"
        b"Content-Length\n%d" % len(body), len(body), 0)
    response.bare = response.is_head
    response.write(body)
    response.end()
