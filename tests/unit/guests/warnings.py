import contextlib
import io
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful", UserWarning)
assert len(caught) == 1 and str(caught[0].message) == "careful"
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("now an error")
    except UserWarning:
        pass
    else:
        raise AssertionError("no error")
err = io.StringIO()
with contextlib.redirect_stderr(err):
    warnings.warn("shown")     # with its line
text = err.getvalue()
assert "UserWarning: shown" in text and "# with its line" in text, text
