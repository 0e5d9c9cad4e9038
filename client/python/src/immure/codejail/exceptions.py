"""Exceptions of the CodeJail API."""


class JailError(Exception):
    """The jail can't do that, or gave no result."""


class SafeExecException(Exception):
    """The code has failed.  The message has its stdout, stderr and status, and
    so the traceback."""
