import inspect
import json
import linecache
import os
import textwrap
import traceback

assert linecache.getline(__file__, 1) == "import inspect\n"
assert linecache.getline("/etc/passwd", 1) == ""
assert linecache.getlines("none") == []
# The library's source is in memory.
assert linecache.getline(linecache.__file__, 1).startswith('"""Cache lines')
assert "def dedent(text):" in inspect.getsource(textwrap)
assert inspect.getsource(textwrap.dedent).startswith("def dedent(text):")
assert linecache.getline(os.path.dirname(linecache.__file__)
                         + "/../../../etc/passwd", 1) == ""
linecache.checkcache()
linecache.clearcache()
try:
    1 / 0  # the source of this line
except ZeroDivisionError:
    assert "# the source of this line" in traceback.format_exc()
try:
    json.loads("[1,")
except ValueError:
    assert "raise JSONDecodeError(" in traceback.format_exc()
