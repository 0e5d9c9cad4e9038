import re

assert re.findall(r"(\w)(\d+)", "a12 b3") == [("a", "12"), ("b", "3")]
m = re.fullmatch(r"(?P<year>\d{4})-(?P<m>\d\d)", "2024-05")
assert m["year"] == "2024" and m.groupdict()["m"] == "05"
assert re.sub(r"(a)(b)", r"\2\1", "abab") == "baba"
assert re.sub("x", lambda m: m.group().upper(), "xyx") == "XyX"
assert re.split(r"[,;]\s*", "a, b;c") == ["a", "b", "c"]
assert re.compile("é", re.I).search("É") and re.escape("a.b") == r"a\.b"
try:
    re.compile("(")
except re.error as error:
    assert error.pos == 0
else:
    raise AssertionError("bad pattern")
