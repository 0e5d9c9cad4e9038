"""A program that reads and writes the formats people keep text in."""
import argparse
import configparser
import contextlib
import csv
import difflib
import email
import email.policy
import gettext
import html
import html.parser
import io
import json
import locale
import pprint
import re
import shlex
import string
import textwrap
import tomllib
import unicodedata
import urllib.parse
import xml.dom.minidom
import xml.etree.ElementTree as ET
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

config = configparser.ConfigParser(
    interpolation=configparser.ExtendedInterpolation())
config.read_string("[base]\nroot = /srv\nports = 80\n  443\n"
                   "[web]\nhome: ${base:root}/web\nfast = yes\n; note\n")
assert config["web"]["home"] == "/srv/web" and config["web"].getboolean("fast")
assert config.get("web", "none", fallback="x") == "x"
assert config["base"]["ports"].split() == ["80", "443"]
out = io.StringIO()
config.write(out)
assert "[web]" in out.getvalue()
try:
    config.read_string("[web\n")
except configparser.MissingSectionHeaderError as error:
    assert error.lineno == 1
toml = tomllib.loads('title = "x"\nday = 1979-05-27\n[a.b]\nn = [1, 2.5, true]'
                     '\n[[p]]\nname = "one"\n[[p]]\nname = """t\\\n  wo"""\n')
assert toml["a"]["b"]["n"] == [1, 2.5, True] and toml["day"].year == 1979
assert [p["name"] for p in toml["p"]] == ["one", "two"]
try:
    tomllib.loads("a = \n")
except tomllib.TOMLDecodeError as error:
    assert "line 1" in str(error)

rows = [{"name": "Zoë, \"Z\"", "n": "1"}, {"name": "two\nlines", "n": ""}]
out = io.StringIO(newline="")
writer = csv.DictWriter(out, ["name", "n"], quoting=csv.QUOTE_MINIMAL)
writer.writeheader()
writer.writerows(rows)
assert list(csv.DictReader(io.StringIO(out.getvalue(), newline=""))) == rows
assert csv.Sniffer().sniff("a;b;c\n1;2;3\n").delimiter == ";"


class Encoder(json.JSONEncoder):
    def default(self, o):
        return sorted(o) if isinstance(o, set) else super().default(o)


text = json.dumps({"b": {3, 1}, "a": [1.5, None, "é\u2028"]}, cls=Encoder,
                  sort_keys=True, indent=2, ensure_ascii=False)
assert json.loads(text, object_pairs_hook=list)[0][0] == "a"
try:
    json.loads('{"a": 1,}')
except json.JSONDecodeError as error:
    assert (error.lineno, error.colno) in ((1, 8), (1, 9))  # of the comma

page = ET.fromstring("<r xmlns:x='u'><i k='1'>a</i><x:i>b</x:i><!-- c --></r>")
assert page.find("i[@k='1']").text == "a" and page.find("{u}i").text == "b"
ET.SubElement(page, "new", k="<&>").tail = "t"
ET.indent(page)
assert "&lt;&amp;&gt;" in ET.tostring(page, encoding="unicode")
events = [(e, n.tag) for e, n in ET.iterparse(
    io.BytesIO(b"<a><b/></a>"), ("start", "end"))]
assert events == [("start", "a"), ("start", "b"), ("end", "b"), ("end", "a")]
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as error:
    assert error.position == (1, 8)
assert xml.dom.minidom.parseString("<a><b/></a>").toprettyxml(indent=" ")


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [v for k, v in attrs if k == "href"]


links = Links()
links.feed("<a href='/x?a=1&amp;b=2'>x</a><br><A HREF=y>")
assert links.found == ["/x?a=1&b=2", "y"]
assert html.unescape(html.escape("<é'>")) == "<é'>"
parts = urllib.parse.urlsplit("http://u@h:80/p?q=1&q=2#f")
assert urllib.parse.parse_qs(parts.query) == {"q": ["1", "2"]}

message = EmailMessage()
message["Subject"], message["To"] = "Grüße", "a@b.example"
message.set_content("hällo\n")
message.add_attachment(b"\x00\x01", maintype="application", subtype="x",
                       filename="f.bin")
again = email.message_from_bytes(bytes(message), policy=email.policy.default)
assert again["subject"] == "Grüße" and again.is_multipart()
assert [p.get_filename() for p in again.iter_attachments()] == ["f.bin"]
older = MIMEMultipart()
older.attach(MIMEText("<p>é</p>", "html", "utf-8"))
assert "PHA" in older.as_string()

parser = argparse.ArgumentParser(prog="tool", description="A tool.")
parser.add_argument("--level", type=int, choices=range(3), default=1)
parser.add_argument("names", nargs="*")
assert parser.parse_args(["--level", "2", "a"]).names == ["a"]
for args, want, status in ((["--level", "9"], "invalid choice: ", 2),
                           (["--nope"], "unrecognized arguments", 2),
                           (["-h"], "A tool.", 0)):
    out = io.StringIO()
    with contextlib.redirect_stderr(out), contextlib.redirect_stdout(out):
        try:
            parser.parse_args(args)
        except SystemExit as end:
            assert end.code == status
    assert want in out.getvalue() and "usage: tool" in out.getvalue()

diff = list(difflib.unified_diff(["a\n", "b\n"], ["a\n", "c\n"], "x", "y"))
assert diff[-2:] == ["-b\n", "+c\n"]
assert difflib.get_close_matches("appel", ["ape", "apple"]) [0] == "apple"
assert "diff_add" in difflib.HtmlDiff().make_file(["a"], ["b"])
assert string.Template("$a ${b}s $$").substitute(a=1, b=2) == "1 2s $"
try:
    string.Template("$a").substitute()
except KeyError:
    pass
assert string.Formatter().vformat("{0!r:>5} {x[k]}", ("a",),
                                  {"x": {"k": 1}}) == "  'a' 1"
assert textwrap.fill("word " * 9, 20, subsequent_indent=" ").count("\n") == 2
assert textwrap.dedent("  a\n   b\n") == "a\n b\n"
assert shlex.split("a 'b c' d\\ e") == ["a", "b c", "d e"]
assert pprint.pformat({"k" * 30: list(range(30))}, width=40).count("\n") > 9
assert re.sub(r"(?P<y>\d{4})-(\d\d)", r"\2/\g<y>", "on 2024-05") == "on 05/2024"
assert unicodedata.normalize("NFD", "é") == "e\u0301"
assert locale.setlocale(locale.LC_ALL, "C") == "C"
assert locale.format_string("%.1f", 1.5) == "1.5"
assert locale.localeconv()["decimal_point"] == "."
try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error:
    pass
assert gettext.gettext("unchanged") == "unchanged"
assert gettext.translation("none", fallback=True).ngettext("a", "b", 2) == "b"
print("ok")
