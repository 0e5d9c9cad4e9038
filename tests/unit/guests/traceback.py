import io
import traceback


def fail():
    raise ValueError("bad")     # the line


try:
    try:
        fail()
    except ValueError as error:
        raise KeyError("k") from error
except KeyError as error:
    text = traceback.format_exc()
    assert text.startswith("Traceback (most recent call last):\n")
    assert "raise ValueError(\"bad\")     # the line" in text
    assert "direct cause" in text and text.endswith("KeyError: 'k'\n")
    assert traceback.extract_tb(error.__traceback__)[0].lineno == 13
    out = io.StringIO()
    traceback.print_exception(error, file=out)
    assert out.getvalue() == text
    assert traceback.format_exception_only(error) == ["KeyError: 'k'\n"]
