import locale

assert locale.setlocale(locale.LC_ALL) in ("C", "C.UTF-8")
assert locale.setlocale(locale.LC_ALL, "C") == "C"
locale.setlocale(locale.LC_ALL, "")
try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error:
    pass
else:
    raise AssertionError("a locale was loaded")
assert locale.getpreferredencoding(False).lower() == "utf-8"
assert locale.localeconv()["decimal_point"] == "."
assert locale.atof("1.5") == 1.5 and locale.format_string("%d", 5) == "5"
assert locale.strcoll("a", "b") < 0
locale.getlocale()
