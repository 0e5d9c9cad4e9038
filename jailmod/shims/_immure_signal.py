"""`signal` of a guest: the names, and no effects."""
import enum as _enum

from _immure_patch import refusing as _refusing

__name__ = "signal"

_REASON = "a guest handles no signals"
_FIX = "Catch immure.TimeLimit to end well at a limit"

# Linux on x86-64 and arm64: signal(7).
_NUMBERS = {
    "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGILL": 4, "SIGTRAP": 5,
    "SIGABRT": 6, "SIGIOT": 6, "SIGBUS": 7, "SIGFPE": 8, "SIGKILL": 9,
    "SIGUSR1": 10, "SIGSEGV": 11, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14,
    "SIGTERM": 15, "SIGSTKFLT": 16, "SIGCHLD": 17, "SIGCLD": 17,
    "SIGCONT": 18, "SIGSTOP": 19, "SIGTSTP": 20, "SIGTTIN": 21,
    "SIGTTOU": 22, "SIGURG": 23, "SIGXCPU": 24, "SIGXFSZ": 25,
    "SIGVTALRM": 26, "SIGPROF": 27, "SIGWINCH": 28, "SIGIO": 29,
    "SIGPOLL": 29, "SIGPWR": 30, "SIGSYS": 31, "SIGRTMIN": 34, "SIGRTMAX": 64,
}
_WORDS = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction",
    5: "Trace/breakpoint trap", 6: "Aborted", 7: "Bus error",
    8: "Floating point exception", 9: "Killed", 10: "User defined signal 1",
    11: "Segmentation fault", 12: "User defined signal 2", 13: "Broken pipe",
    14: "Alarm clock", 15: "Terminated", 16: "Stack fault",
    17: "Child exited", 18: "Continued", 19: "Stopped (signal)",
    20: "Stopped", 21: "Stopped (tty input)", 22: "Stopped (tty output)",
    23: "Urgent I/O condition", 24: "CPU time limit exceeded",
    25: "File size limit exceeded", 26: "Virtual timer expired",
    27: "Profiling timer expired", 28: "Window changed", 29: "I/O possible",
    30: "Power failure", 31: "Bad system call",
}

NSIG = 65
ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF = 0, 1, 2

Signals = _enum.IntEnum("Signals", _NUMBERS, module="signal")
Handlers = _enum.IntEnum("Handlers", {"SIG_DFL": 0, "SIG_IGN": 1},
                         module="signal")
Sigmasks = _enum.IntEnum(
    "Sigmasks", {"SIG_BLOCK": 0, "SIG_UNBLOCK": 1, "SIG_SETMASK": 2},
    module="signal")
globals().update(Signals.__members__)
globals().update(Handlers.__members__)
globals().update(Sigmasks.__members__)


class ItimerError(OSError):
    """What setitimer() would raise."""


def _check(signalnum):
    number = signalnum.__index__()
    if not 0 < number < NSIG:
        raise ValueError("signal number out of range")
    return number


def default_int_handler(signalnum, frame, /):
    """Raise KeyboardInterrupt."""
    raise KeyboardInterrupt


def getsignal(signalnum):
    """What cannot be changed: SIGINT would raise KeyboardInterrupt."""
    return default_int_handler if _check(signalnum) == Signals.SIGINT \
        else Handlers.SIG_DFL


def signal(signalnum, handler, /):
    """Set the handler that is there; another one is refused."""
    present = getsignal(signalnum)
    if handler is not present and handler != present:
        _refuse_handler()
    return present


def strsignal(signalnum, /):
    """The system's description of a signal, or None."""
    number = _check(signalnum)
    if 34 <= number <= 64:
        return "Real-time signal %d" % (number - 34)
    return _WORDS.get(number)


def valid_signals():
    """All signals of this platform."""
    return {Signals(number) if number in _VALUES else number
            for number in range(1, NSIG) if number not in (32, 33)}


_VALUES = frozenset(_NUMBERS.values())

_refuse_handler = _refusing("signal", "signal", _REASON, _FIX)

for _name in ("raise_signal", "alarm", "pause", "setitimer",
              "getitimer", "siginterrupt", "set_wakeup_fd", "sigpending",
              "sigwait", "sigwaitinfo", "sigtimedwait", "pthread_kill",
              "pthread_sigmask", "pidfd_send_signal"):
    globals()[_name] = _refusing("signal", _name, _REASON, _FIX)
del _name
