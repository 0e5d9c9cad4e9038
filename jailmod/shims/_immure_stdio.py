"""The three standard streams of a guest."""
import io
import sys

import _jail

_Unsupported = io.UnsupportedOperation


class _Stdin(io.BytesIO):
    """The bytes the job brought as its standard input."""

    name = "<stdin>"
    mode = "rb"

    def writable(self):
        return False

    def write(self, data):
        raise _Unsupported("write")

    def writelines(self, lines):
        raise _Unsupported("write")

    def truncate(self, size=None):
        raise _Unsupported("truncate")

    def fileno(self):
        raise _Unsupported("fileno: standard input is memory here")

    def __repr__(self):
        return "<io.BytesIO name='<stdin>'>"


def set_stdin(data):
    """Make DATA (bytes) what sys.stdin and input() read."""
    text = io.TextIOWrapper(_Stdin(data), encoding="utf-8", errors="strict")
    text.mode = "r"
    sys.stdin = sys.__stdin__ = text


def make_streams():
    """Text layers over the two result pipes; once, before any fork."""
    for number, name, errors in ((1, "stdout", "strict"),
                                 (2, "stderr", "backslashreplace")):
        raw = _jail.StdStream(number, "<%s>" % name)
        text = io.TextIOWrapper(raw, encoding="utf-8", errors=errors,
                                line_buffering=True)
        text.mode = "w"
        setattr(sys, name, text)
        setattr(sys, "__%s__" % name, text)
    set_stdin(b"")
