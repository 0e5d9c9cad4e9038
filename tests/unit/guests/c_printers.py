"""The printers that are C take fileno() of a guest's file for a number of the
kernel's: they find the file all the same, and never a descriptor."""
import io
import os
import sys
import warnings

thread = sys.modules["_thread"]
warn = sys.modules["_warnings"].warn_explicit
LINE = 'raise ValueError("raised")'

with open("shown.py", "w") as file:
    file.write("import sys\n" + LINE + "\n")


def printed(function, *args):
    sys.stderr = text = io.StringIO()
    try:
        function(*args)
    finally:
        sys.stderr = sys.__stderr__
    return text.getvalue()


def error_in_file():
    try:
        exec(compile(open("shown.py").read(), "/job/shown.py", "exec"))
    except ValueError as error:
        return error


def print_by_thread(error):
    thread._excepthook(thread._ExceptHookArgs(
        (type(error), error, error.__traceback__, None)))


def print_warning():
    show = warnings._showwarnmsg
    del warnings._showwarnmsg
    try:
        warn("warned", UserWarning, "shown.py", 2)
    finally:
        warnings._showwarnmsg = show


# The lowest number is that of a stream of the real process, when it is free.
for lowest in (3, 0):
    os.close(0) if lowest == 0 else None
    with open("shown.py") as file:
        assert file.fileno() == lowest, file.fileno()
    text = printed(print_by_thread, error_in_file())
    assert LINE in text and "ValueError: raised" in text, text
    text = printed(print_warning)
    assert text.endswith("UserWarning: warned\n  " + LINE + "\n"), text

# Seeking there is seeking in the file; a name that is no file shows no line.
assert LINE not in printed(
    lambda: warn("x", UserWarning, "/etc/passwd", 1))
with open("shown.py") as file:
    assert file.tell() == 0 and file.readline() == "import sys\n"
