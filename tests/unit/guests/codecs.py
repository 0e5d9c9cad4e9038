import codecs
import io

assert codecs.encode("héllo", "utf-8") == b"h\xc3\xa9llo"
assert codecs.encode("hello", "rot13") == "uryyb"
assert codecs.decode(b"68690a", "hex") == b"hi\n"
for name in ("utf-16", "utf-32-le", "cp1252", "latin-1", "shift_jis", "gb18030",
             "big5", "euc_kr", "koi8-r", "idna", "punycode", "mac_roman"):
    assert codecs.lookup(name).decode(codecs.lookup(name).encode("abc")[0])[0]
assert "日本".encode("euc_jp").decode("euc_jp") == "日本"
reader = codecs.getreader("utf-8")(io.BytesIO("é\nb".encode()))
assert reader.readline() == "é\n"
decoder = codecs.getincrementaldecoder("utf-8")()
assert decoder.decode(b"\xc3") == "" and decoder.decode(b"\xa9") == "é"
try:
    "x".encode("no-such-codec")
except LookupError:
    pass
else:
    raise AssertionError("unknown codec")
assert b"\xff".decode("utf-8", "surrogateescape") == "\udcff"
assert b"a\xff".decode("ascii", "backslashreplace") == "a\\xff"
codecs.register_error("question", lambda e: ("?", e.end))
assert "aé".encode("ascii", "question") == b"a?"
