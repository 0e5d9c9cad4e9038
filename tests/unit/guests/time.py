import time

import immure

start = time.monotonic()
time.sleep(0.01)
assert time.monotonic() - start >= 0.01 and time.perf_counter() > 0
assert time.time() > 1.6e9 and time.time_ns() > 1.6e18
assert time.process_time() >= 0 and time.thread_time() >= 0
assert abs(time.clock_gettime(time.CLOCK_REALTIME) - time.time()) < 60
assert time.clock_gettime_ns(time.CLOCK_MONOTONIC) > 0
assert time.clock_getres(time.CLOCK_MONOTONIC) < 1
info = time.get_clock_info("monotonic")
assert info.monotonic and not info.adjustable and info.resolution < 1
for bad in (-2, -6, 99, 12345678):
    try:
        time.clock_gettime(bad)
    except OSError:
        pass
    else:
        raise AssertionError("clock %d" % bad)
assert time.strftime("%Y-%m-%d", time.gmtime(0)) == "1970-01-01"
assert time.localtime(0).tm_hour == 0 and time.tzname[0] == "UTC"
assert time.mktime(time.localtime(1e9)) == 1e9
assert time.strptime("10 Nov 2020", "%d %b %Y").tm_yday == 315
assert time.asctime(time.gmtime(0)) == "Thu Jan  1 00:00:00 1970"
try:
    time.tzset()
except immure.JailDenied as error:
    assert error.rule == "time.tzset"
else:
    raise AssertionError("tzset")
