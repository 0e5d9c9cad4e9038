"""A program that computes: money, dates, samples, bytes."""
import array
import bisect
import calendar
import datetime
import decimal
import fractions
import heapq
import math
import random
import statistics
import struct
import time
import zoneinfo
from datetime import timedelta, timezone
from decimal import Decimal

with decimal.localcontext() as context:
    context.prec, context.rounding = 5, decimal.ROUND_HALF_UP
    assert Decimal(2) / 3 == Decimal("0.66667")
    context.traps[decimal.Inexact] = True
    try:
        Decimal(1) / 3
    except decimal.Inexact:
        pass
assert decimal.getcontext().prec == 28
assert Decimal("2.675").quantize(Decimal("0.01")) == Decimal("2.68")
try:
    Decimal(1) / 0
except (decimal.DivisionByZero, ZeroDivisionError):
    pass
assert decimal.getcontext().flags[decimal.DivisionByZero]
exact = decimal.Context(prec=50, Emax=999)
assert str(exact.sqrt(Decimal(2))).startswith("1.41421356237309504880168872")
assert f"{Decimal('1234567.891'):,.2f}" == "1,234,567.89"
assert fractions.Fraction("0.125") + fractions.Fraction(1, 3) == \
    fractions.Fraction(11, 24)

utc = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=timezone.utc)
assert utc.isoformat() == "2024-02-29T12:30:00+00:00"
assert datetime.datetime.fromisoformat("2024-02-29T12:30:00Z") == utc
assert datetime.datetime.strptime("29 Feb 2024", "%d %b %Y").weekday() == 3
assert utc + timedelta(days=366) == utc.replace(year=2025, month=3, day=1)
assert utc.strftime("%A %j %U %p").startswith("Thursday 060")
assert datetime.date.fromisocalendar(2024, 9, 4) == utc.date()
assert utc.timestamp() == calendar.timegm(utc.timetuple())
zones = zoneinfo.available_timezones()
assert "UTC" in zones
berlin = zoneinfo.ZoneInfo("Europe/Berlin" if "Europe/Berlin" in zones
                           else "UTC")
local = utc.astimezone(berlin)
assert local == utc and local.utcoffset() in (timedelta(hours=1), timedelta(0))
summer = datetime.datetime(2024, 7, 1, tzinfo=berlin)
assert summer.tzname() in ("CEST", "UTC")
try:
    zoneinfo.ZoneInfo("Nowhere/Land")
except zoneinfo.ZoneInfoNotFoundError:
    pass
assert time.strftime("%Y-%m-%d", time.gmtime(0)) == "1970-01-01"
assert time.localtime(0).tm_hour == 0 and time.tzname[0] == "UTC"
assert time.get_clock_info("monotonic").monotonic
assert calendar.monthrange(2024, 2) == (3, 29)
assert "February 2024" in calendar.TextCalendar().formatmonth(2024, 2)

rng = random.Random(42)
assert [rng.randrange(100) for _ in range(3)] == [81, 14, 3]
state = rng.getstate()
first = rng.random(), rng.gauss(0, 1), rng.choices("ab", [1, 9], k=3)
rng.setstate(state)
assert (rng.random(), rng.gauss(0, 1), rng.choices("ab", [1, 9], k=3)) == first
assert random.SystemRandom().randint(1, 6) in range(1, 7)
data = [2.5, 3.25, 5.5, 11.25, 11.75]
assert statistics.mean(data) == 6.85 and statistics.median(data) == 5.5
assert round(statistics.stdev(data), 3) == 4.39
assert statistics.quantiles(range(1, 100), n=4) == [25.0, 50.0, 75.0]
line = statistics.linear_regression([1, 2, 3], [2, 4, 6])
assert (line.slope, line.intercept) == (2.0, 0.0)
normal = statistics.NormalDist(100, 15)
assert round(normal.cdf(115), 4) == 0.8413
assert math.isclose(math.fsum([0.1] * 10), 1.0) and math.comb(52, 5) == 2598960
assert math.prod(range(1, 6)) == math.factorial(5) and math.dist((0, 3), (4, 0)) == 5

heap = [(5, "e"), (1, "a"), (3, "c")]
heapq.heapify(heap)
heapq.heappush(heap, (2, "b"))
assert [heapq.heappop(heap)[1] for _ in range(4)] == list("abce")
assert heapq.nlargest(2, range(9), key=lambda n: n % 4) == [3, 7]
assert list(heapq.merge([1, 4], [2, 3])) == [1, 2, 3, 4]
grades = [60, 70, 80, 90]
assert "FDCBA"[bisect.bisect(grades, 85)] == "B"
header = struct.Struct("<4sHIxq")
packed = header.pack(b"MAGC", 7, 1 << 31, -5)
assert len(packed) == header.size and header.unpack(packed)[2] == 1 << 31
assert [v for v, in struct.iter_unpack(">h", b"\0\1\xff\xff")] == [1, -1]
try:
    struct.pack("B", 256)
except struct.error:
    pass
numbers = array.array("d", [1.5, 2.5])
numbers.frombytes(struct.pack("d", 3.5))
view = memoryview(numbers)
view[0] = 9.0
assert numbers.tolist() == [9.0, 2.5, 3.5] and view.format == "d"
assert int.from_bytes((2 ** 70).to_bytes(9, "big"), "big") == 2 ** 70
assert (0.1).hex() == "0x1.999999999999ap-4" and pow(3, -1, 7) == 5
print("ok")
