import datetime
import zoneinfo

paris = zoneinfo.ZoneInfo("Europe/Paris")
summer = datetime.datetime(2024, 7, 1, 12, tzinfo=paris)
assert summer.utcoffset() == datetime.timedelta(hours=2)
assert summer.tzname() == "CEST"
assert summer.astimezone(zoneinfo.ZoneInfo("America/New_York")).hour == 6
assert datetime.datetime(2090, 7, 1, tzinfo=paris).tzname() == "CEST"
assert zoneinfo.ZoneInfo("Europe/Paris") is paris
zones = zoneinfo.available_timezones()
assert "UTC" in zones and "Asia/Tokyo" in zones and len(zones) > 400
for key in sorted(zones):
    zoneinfo.ZoneInfo(key).utcoffset(datetime.datetime(2000, 1, 1))
try:
    zoneinfo.ZoneInfo("Mars/Phobos")
except zoneinfo.ZoneInfoNotFoundError as error:
    assert "Mars/Phobos" in str(error)
else:
    raise AssertionError("found")
zoneinfo.reset_tzpath(["/etc"])
for key in ("/etc/passwd", "../etc/passwd"):
    try:
        zoneinfo.ZoneInfo(key)
    except (ValueError, KeyError):
        pass
    else:
        raise AssertionError(key)
assert zoneinfo.TZPATH == ()
