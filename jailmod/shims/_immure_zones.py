"""zoneinfo of a guest: the time zones of the machine, copied into memory."""
import io
import os
import struct
import sys

_MAGIC = b"TZif"
_HEADER = 44
_SKIPPED = ("posix", "right", "posixrules", "localtime", "Factory")
TOTAL_MAX = 512 << 10
FILE_MAX = 64 << 10

# UTC for machines without a time zone database: one type, no transitions.
_UTC = (_MAGIC + b"2" + bytes(15) + bytes(24)
        + _MAGIC + b"2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
        + bytes(6) + b"UTC\0" + b"\nUTC0\n")


def slim(data):
    """A TZif file without the 32-bit block that version 2 readers skip
    (RFC 8536, 3.1)."""
    if data[4:5] < b"2":
        return data
    utc, std, leap, times, types, chars = struct.unpack(
        ">6l", data[20:_HEADER])
    size = times * 5 + types * 6 + chars + leap * 8 + std + utc
    return data[:20] + bytes(24) + data[_HEADER + size:]


def _roots():
    """Folders that may hold the database, the system's first."""
    for folder in ("/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                   "/usr/share/lib/zoneinfo", "/etc/zoneinfo"):
        yield folder
    for folder in sys.path:
        yield os.path.join(folder, "tzdata", "zoneinfo")


def read_zones():
    """{key: TZif bytes} of the first database found, else UTC alone."""
    for root in _roots():
        zones = _read_folder(root)
        if zones:
            return zones
    return {"UTC": _UTC}


def _read_folder(root):
    zones, known, total = {}, {}, 0
    for key, path in sorted(_list_files(root, "")):
        data = _read_zone(path)
        if data is None:
            continue
        if data not in known:
            known[data] = data
            total += len(data)
        if total <= TOTAL_MAX:
            zones[key] = known[data]
    return zones


def _list_files(folder, prefix):
    """Yield (key, path) of every file that may be a time zone."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name in _SKIPPED or entry.name[-4:-3] == ".":
            continue
        if entry.is_dir():
            yield from _list_files(entry.path, prefix + entry.name + "/")
        else:
            yield prefix + entry.name, entry.path


def _read_zone(path):
    # One read(2), without the layers of open(): there are 600 of these.
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        data = os.read(number, FILE_MAX)
    finally:
        os.close(number)
    if data[:4] != _MAGIC or len(data) == FILE_MAX:
        return None
    try:
        return slim(data)
    except struct.error:
        return None


def patch(zones):
    """Import zoneinfo and let it know ZONES, and no paths."""
    # The Python class: _immure_boot.BLOCKED holds back the one in C.
    import zoneinfo
    from zoneinfo import _common, _tzpath
    if len(zones) > 1:
        why = "No time zone found with key %s"
    else:
        why = ("No time zone found with key %s: the host has no time zone "
               "database (tzdata), only UTC is known")

    def load_tzdata(key):
        data = zones.get(key)
        if data is None:
            raise _common.ZoneInfoNotFoundError(why % key)
        return io.BytesIO(data)

    def find_tzfile(key):
        _tzpath._validate_tzfile_path(key)
        return None

    def available_timezones():
        """The keys that ZoneInfo() knows."""
        return set(zones)

    def reset_tzpath(to=None):
        """Without effect: the zones are in memory."""

    _common.load_tzdata = load_tzdata
    _tzpath.TZPATH = ()
    for function in (find_tzfile, available_timezones, reset_tzpath):
        setattr(_tzpath, function.__name__, function)
    zoneinfo._zoneinfo.load_tzdata = load_tzdata
    zoneinfo.available_timezones = available_timezones
    zoneinfo.reset_tzpath = reset_tzpath
