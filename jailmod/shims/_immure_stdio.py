"""The three standard streams of a guest."""
import io
import sys

import _jail
import _vfs


def set_stdin(data):
    """Make DATA (bytes) what descriptor 0, sys.stdin and input() read."""
    _vfs.streams(data)
    raw = _vfs.FileIO(0, "r", False)
    raw.name = "<stdin>"
    text = io.TextIOWrapper(_vfs.BufferedReader(raw), encoding="utf-8",
                            errors="strict")
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
