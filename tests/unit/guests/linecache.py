import linecache
import traceback

assert linecache.getline(__file__, 1) == "import linecache\n"
assert linecache.getline("/etc/passwd", 1) == ""
assert linecache.getlines("none") == []
linecache.checkcache()
linecache.clearcache()
try:
    1 / 0  # the source of this line
except ZeroDivisionError:
    assert "# the source of this line" in traceback.format_exc()
