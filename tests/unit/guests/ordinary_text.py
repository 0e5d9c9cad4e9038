"""Ordinary programs over the text modules."""
import argparse, base64, binascii, codecs, configparser, csv, difflib, fnmatch
import getopt, html, html.parser, io, json, optparse, pprint, quopri, re
import reprlib, shlex, string, stringprep, textwrap, tomllib, unicodedata
import urllib.parse

parser = argparse.ArgumentParser(prog="p", description="d")
parser.add_argument("--n", type=int, default=3, help="number")
assert parser.parse_args(["--n", "5"]).n == 5
assert "number" in parser.format_help()
try:
    parser.parse_args(["--n", "x"])
except SystemExit as end:
    assert end.code == 2
assert base64.b64decode(base64.b64encode(b"abc")) == b"abc"
assert base64.a85encode(b"abc") and base64.b32encode(b"abc")
assert binascii.hexlify(b"ab") == b"6162" and binascii.crc32(b"x")
for name in ("utf-8", "latin-1", "cp1252", "utf-16", "koi8-r", "shift_jis",
             "gb18030", "euc-kr", "big5", "idna", "punycode", "utf-7",
             "iso2022_jp"):
    assert codecs.lookup(name)
    assert "abc".encode(name).decode(name) == "abc"
assert codecs.encode("abc", "rot13") == "nop"
assert codecs.encode(b"abc" * 9, "zlib") and codecs.encode(b"x", "hex")
assert "\u00e9".encode("ascii", "xmlcharrefreplace") == b"&#233;"
assert "\u00e9".encode("ascii", "namereplace")
config = configparser.ConfigParser()
config.read_string("[a]\nx = 1\ny = %(x)s2\n")
assert config["a"]["y"] == "12"
out = io.StringIO()
writer = csv.DictWriter(out, ["a", "b"])
writer.writeheader()
writer.writerow({"a": 1, "b": "x,y"})
assert list(csv.reader(io.StringIO(out.getvalue())))[1] == ["1", "x,y"]
assert csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter == ";"
assert list(difflib.unified_diff(["a\n"], ["b\n"]))
assert difflib.get_close_matches("appel", ["apple", "ape"])
assert fnmatch.filter(["a.py", "b.c"], "*.py") == ["a.py"]
assert getopt.getopt(["-a", "x"], "a")[0] == [("-a", "")]
assert html.unescape(html.escape("<a&b>")) == "<a&b>"


class Tags(html.parser.HTMLParser):
    seen = ()

    def handle_starttag(self, tag, attrs):
        self.seen += (tag,)


tags = Tags()
tags.feed("<p>x<b>y</b></p>")
assert tags.seen == ("p", "b")
assert json.loads(json.dumps({"a": [1, 2.5, None, "\u00e9"]}, indent=1,
                             sort_keys=True))["a"][3] == "\u00e9"
try:
    json.loads("{")
except json.JSONDecodeError as error:
    assert error.lineno == 1
option = optparse.OptionParser()
option.add_option("-q", action="store_true")
assert option.parse_args(["-q"])[0].q
assert pprint.pformat({"b": [1] * 40, "a": 2}).startswith("{'a'")
assert quopri.encodestring(b"\xff") == b"=FF"
assert re.sub(r"(?P<w>\w+)", lambda m: m["w"].upper(), "ab cd") == "AB CD"
assert re.compile("a|b", re.I | re.X).fullmatch("A")
assert re.split(r",\s*", "a, b,c") == ["a", "b", "c"]
assert len(reprlib.repr(list(range(100)))) < 60
assert shlex.split("a 'b c'") == ["a", "b c"] and shlex.quote("a b")
assert string.Template("$x").substitute(x=1) == "1"
assert string.Formatter().format("{0!r:>5} {a.real}", "x", a=3) == "  'x' 3"
assert "{:,}".format(10**9) == "1,000,000,000"
assert stringprep.in_table_a1("\u0221")
assert textwrap.fill("a b c " * 20, 20) and textwrap.dedent("  a\n  b")
assert tomllib.loads("a = [1, 2]\n[b]\nc = 2020-01-01")["a"] == [1, 2]
assert unicodedata.name("\u00e9") and unicodedata.normalize("NFD", "\u00e9")
assert urllib.parse.urlparse("http://h:1/p?q=1#f").port == 1
assert urllib.parse.parse_qs(urllib.parse.urlencode({"a": "b c"}))
print("ok")
