# escape: 143
# technique: nanosecond clocks (side channels, boot time, wall time)
# family: timing
# goal: timing
# policy: optional
# first-seen: Spectre-era browser clock coarsening
import time
d = sorted(b - a for a, b in ((time.perf_counter_ns(), time.perf_counter_ns()) for _ in range(999)))[10]
if d < 100000: print('ESCAPED:clock step %d ns, uptime %d' % (d, time.monotonic()))
