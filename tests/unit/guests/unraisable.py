import contextlib
import gc
import io
import sys
from unittest import mock


class C:
    def __del__(self):
        1 / 0   # never seen


err = io.StringIO()
with contextlib.redirect_stderr(err):
    c = C()
    del c
    gc.collect()
text = err.getvalue()
assert text.startswith("Exception ignored in: <function C.__del__ at"), text
assert "    1 / 0   # never seen\n" in text, text
assert text.endswith("ZeroDivisionError: division by zero\n"), text
err = io.StringIO()
with contextlib.redirect_stderr(err):
    try:
        {}["k"]
    except KeyError:
        sys.excepthook(*sys.exc_info())
assert err.getvalue().endswith("KeyError: 'k'\n") and "{}[\"k\"]" in err.getvalue()
with mock.patch("builtins.open", mock.mock_open(read_data="mocked")) as opened:
    assert open("x").read() == "mocked"
opened.assert_called_once_with("x")
assert open.__name__ == "open" and callable(open) and open is io.open
err = io.StringIO()
with contextlib.redirect_stderr(err):
    sys.excepthook(1, "1", 1)
assert "Exception expected for value, str found" in err.getvalue()
try:
    sys.unraisablehook(ValueError())
except TypeError:
    pass
else:
    raise AssertionError("printed")
