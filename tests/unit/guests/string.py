import string

assert string.ascii_lowercase[:3] == "abc" and string.capwords("a b") == "A B"
assert string.Template("$x ${y}").substitute(x=1, y=2) == "1 2"
assert string.Formatter().format("{0}-{a:>3}", "x", a=5) == "x-  5"
