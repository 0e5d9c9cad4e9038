import datetime as dt

d = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.timezone.utc)
assert d.isoformat() == "2024-02-29T12:30:00+00:00"
assert dt.datetime.fromisoformat(d.isoformat()) == d
assert dt.datetime.strptime("29 Feb 2024 13:05", "%d %b %Y %H:%M").minute == 5
assert (d + dt.timedelta(days=1)).strftime("%Y-%m-%d") == "2024-03-01"
assert dt.date.fromisocalendar(2024, 9, 4) == dt.date(2024, 2, 29)
assert dt.datetime.now().year > 2000 and dt.date.today()
assert dt.datetime.now().astimezone().utcoffset() == dt.timedelta(0)
assert dt.datetime.fromtimestamp(0) == dt.datetime(1970, 1, 1)
assert dt.datetime.now(dt.timezone.utc).tzinfo is dt.timezone.utc
