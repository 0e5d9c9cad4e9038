# escape: 400
# technique: _locale.setlocale() called itself, behind the locale module's back
# family: native
# goal: memory
# expect: contained
# policy-wall: optional; it changes its own process alone
import sys
import locale
_locale = sys.modules["_locale"]
for args in ((0,), (0, None), (0, "C"), (0, ""), (4, "POSIX")):
    assert type(_locale.setlocale(*args)) is str
for args in ((0, "/tmp/evil"), (0, "xx_XX"), (0, "\ud800"), (0, b"C"),
             (0, 1), (), (0, "C", 1), ("x",)):
    try:
        print("ESCAPED: loaded", _locale.setlocale(*args))
    except (_locale.Error, TypeError, UnicodeError) as error:
        print(type(error).__name__, error)
