"""`time` of a guest.

The kernel's negative clock ids read other processes' CPU time, so the C
functions that take an id are ended; these know ids 0 to 7 by the clocks that
have functions of their own.
"""
import errno
import time
import types

from _immure_patch import refusing, set_and_swap

# Linux clock ids (clock_gettime(2)), each by the nearest safe reading.
_CLOCKS = {
    0: (time.time, time.time_ns),                   # REALTIME
    1: (time.monotonic, time.monotonic_ns),         # MONOTONIC
    2: (time.process_time, time.process_time_ns),   # PROCESS_CPUTIME_ID
    3: (time.thread_time, time.thread_time_ns),     # THREAD_CPUTIME_ID
    4: (time.monotonic, time.monotonic_ns),         # MONOTONIC_RAW
    5: (time.time, time.time_ns),                   # REALTIME_COARSE
    6: (time.monotonic, time.monotonic_ns),         # MONOTONIC_COARSE
    7: (time.monotonic, time.monotonic_ns),         # BOOTTIME
}


def _clock(clk_id, readings):
    number = clk_id.__index__()
    if number not in readings:
        raise OSError(errno.EINVAL, "Invalid argument")
    return readings[number]


def clock_gettime(clk_id, /):
    """Return the time of the clock clk_id (0 to 7) in seconds."""
    return _clock(clk_id, _CLOCKS)[0]()


def clock_gettime_ns(clk_id, /):
    """Return the time of the clock clk_id (0 to 7) in nanoseconds."""
    return _clock(clk_id, _CLOCKS)[1]()


def _make_getres(table):
    def clock_getres(clk_id, /):
        """Return the resolution of the clock clk_id (0 to 7)."""
        return _clock(clk_id, table)
    return clock_getres


def _make_info(table):
    def get_clock_info(name, /):
        """Information on a named clock, as a namespace."""
        if not isinstance(name, str):
            raise TypeError("get_clock_info() argument 1 must be str, not "
                            + type(name).__name__)
        if name not in table:
            raise ValueError("unknown clock")
        return types.SimpleNamespace(**table[name])
    return get_clock_info


def _read_resolutions():
    table = {}
    for number in _CLOCKS:
        try:
            table[number] = time.clock_getres(number)
        except OSError:
            table[number] = 1e-09
    return table


def patch():
    """Patch time; call it before the C functions are ended."""
    infos = {name: vars(time.get_clock_info(name))
             for name in ("time", "monotonic", "perf_counter", "process_time",
                          "thread_time")}
    new = [clock_gettime, clock_gettime_ns,
           _make_getres(_read_resolutions()), _make_info(infos)]
    for function in new:
        function.__module__ = "time"
        function.__qualname__ = function.__name__
        set_and_swap(time, function.__name__, function)
    for name in ("tzset", "clock_settime", "clock_settime_ns",
                 "pthread_getcpuclockid"):
        set_and_swap(time, name, refusing(
            "time", name, "a guest's clocks and time zone are fixed",
            "Use zoneinfo for other time zones" if name == "tzset" else ""))
