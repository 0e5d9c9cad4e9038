"""`subprocess` for the library's own imports: the names, and no processes."""
import types as _types

from _immure_patch import refusing as _refusing
from _immure_patch import refusing_class as _refusing_class

__name__ = "subprocess"
__all__ = ["Popen", "PIPE", "STDOUT", "call", "check_call", "getstatusoutput",
           "getoutput", "check_output", "run", "CalledProcessError",
           "DEVNULL", "SubprocessError", "TimeoutExpired", "CompletedProcess"]

_REASON = "a guest cannot start a process"
_FIX = ("Do it in the host, and give the guest what comes of it: "
        "--file NAME=PATH or --globals")

PIPE, STDOUT, DEVNULL = -1, -2, -3


class SubprocessError(Exception):
    """The base of this module's errors."""


class CalledProcessError(SubprocessError):
    """What a failed program would raise."""

    def __init__(self, returncode, cmd, output=None, stderr=None):
        self.returncode = returncode
        self.cmd = cmd
        self.output = self.stdout = output
        self.stderr = stderr

    def __str__(self):
        return "Command %r returned non-zero exit status %r." % (
            self.cmd, self.returncode)


class TimeoutExpired(SubprocessError):
    """What a slow program would raise."""

    def __init__(self, cmd, timeout, output=None, stderr=None):
        self.cmd = cmd
        self.timeout = timeout
        self.output = self.stdout = output
        self.stderr = stderr

    def __str__(self):
        return "Command %r timed out after %s seconds" % (self.cmd,
                                                          self.timeout)


class CompletedProcess:
    """What run() would return."""

    def __init__(self, args, returncode, stdout=None, stderr=None):
        self.args = args
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr

    __class_getitem__ = classmethod(_types.GenericAlias)


def _args_from_interpreter_flags():
    return []


_optim_args_from_interpreter_flags = _args_from_interpreter_flags

Popen = _refusing_class("subprocess", "Popen", _REASON, _FIX)
for _name in ("call", "check_call", "getstatusoutput", "getoutput",
              "check_output", "run"):
    globals()[_name] = _refusing("subprocess", _name, _REASON,
                                  _FIX)
del _name
