"""What each fix of the series is for: backports.py NUMBER, under the
interpreter that the series built.  0 when the fix is in, 1 when it is not.

The inputs are those of CPython's own tests for the same fixes."""
import io
import struct
import sys
import time

CONTROL = "\x01"


def quick(seconds, function):
    """Whether FUNCTION is done that fast: it was quadratic."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start < seconds


def raises(kind, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind:
        return True
    return False


def email_comment():
    from email import _header_value_parser as parser, policy
    text = "(Escaped \\( \\) chars \\\\ in comments stay escaped)<a@example.org>"
    folded = parser.get_address_list(text)[0].fold(
        policy=policy.default.clone(max_line_length=40))
    return folded.replace("\n", "") == text


def minidom():
    from xml.dom.minidom import getDOMImplementation
    document = getDOMImplementation().createDocument(None, "a", None)

    def build():
        at = document.documentElement
        for _ in range(6000):
            new = document.createElement("b")
            at.appendChild(new)
            at = new
    return quick(1, build)


def tar_long_name():
    import tarfile
    data = io.BytesIO()
    with tarfile.open(mode="w", fileobj=data, format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("a" * 99 + "/bbb")
        info.type = tarfile.AREGTYPE
        tar.addfile(info)
    data.seek(0)
    with tarfile.open(fileobj=data) as tar:
        return [m.type for m in tar.getmembers()] == [tarfile.AREGTYPE]


class Asked(io.BytesIO):
    """Remembers the most that was asked for at a time."""

    most = 0

    def read(self, size=-1):
        self.most = max(self.most, size)
        return super().read(min(size, 1 << 24))


def http_read():
    # http.client wants sockets to be imported.
    with open(sys.path_http, encoding="utf-8") as source:
        return "_MIN_READ_BUF_SIZE" in source.read()


def http_tunnel():
    with open(sys.path_http, encoding="utf-8") as source:
        text = source.read()
    at = text.index("def _tunnel(self)")
    return "Invalid header name" in text[at:text.index("def connect(", at)]


def plist():
    import plistlib
    data = b"bplist00" + b"\x4f\x13" + (1 << 40).to_bytes(8, "big") + b"\x08" \
        + struct.pack(">6xBBQQQ", 1, 1, 1, 0, 18)
    source = Asked(data)
    return raises(plistlib.InvalidFileException, plistlib.load, source,
                  fmt=plistlib.FMT_BINARY) and source.most <= 1 << 21


def html():
    from html.parser import HTMLParser
    events = []

    class Parser(HTMLParser):
        def handle_comment(self, data):
            events.append(data)
    parser = Parser()
    parser.feed("<!--foo--")
    parser.close()
    return events == ["foo"]


def expandvars():
    import os
    import posixpath
    os.environ["A"] = "B"
    return quick(2, lambda: posixpath.expandvars("${A}A" * 50000))


def tar_offset():
    import tarfile
    header = bytearray(tarfile.TarInfo("x").tobuf())
    header[124:136] = b"\xff" * 11 + b" "
    total = 256 + sum(header[:148]) + sum(header[156:])
    header[148:156] = b"%06o\0 " % total
    with tarfile.TarFile(fileobj=io.BytesIO(tarfile.TarInfo("a").tobuf()
                                            + bytes(1024))) as tar:
        return raises(tarfile.InvalidHeaderError, lambda: tarfile.TarInfo(
            "x")._block(-512)) and tar is not None


def zip64():
    import zipfile
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a", b"b")
    text = data.getvalue()
    at = text.rindex(b"PK\5\6")
    record = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1,
                                     text.index(b"PK\1\2"), 0)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, 1 << 40, 1)
    end = bytearray(text[at:])
    end[8:20] = b"\xff" * 12
    return not zipfile.is_zipfile(io.BytesIO(text[:at] + record + locator
                                             + bytes(end)))


def data_url():
    with open(sys.path_request, encoding="utf-8") as source:
        return "Control characters not allowed in data: mediatype" in \
            source.read()


def cookie_set():
    from http import cookies
    return raises(cookies.CookieError, cookies.Morsel().__setitem__, "path",
                  CONTROL)


def cookie_update():
    from http import cookies
    return raises(cookies.CookieError, cookies.Morsel().update,
                  {"path": CONTROL})


def cookie_script():
    from http import cookies
    cookie = cookies.SimpleCookie()
    cookie["a"] = "</script>"
    return "</script>" not in cookie["a"].js_output().replace(
        "// end hiding -->\n        </script>", "")


def cookie_utf8():
    from http import cookies
    cookie = cookies.SimpleCookie()
    cookie["a"] = "b"
    return "decodeURIComponent" in cookie["a"].js_output()


def wsgi():
    from wsgiref.headers import Headers
    return raises(ValueError, Headers, [("a", "b" + CONTROL)])


def email_bytes():
    import email
    import email.policy
    from email.errors import HeaderWriteError
    from email.generator import BytesGenerator

    class Injecting(str):
        pass
    message = email.message_from_string("To: a@b\n\nbody",
                                        policy=email.policy.default)

    class Policy(type(email.policy.default)):
        def fold_binary(self, name, value):
            return b"To: a@b\nX-Injected: 1\n"
    return raises(HeaderWriteError,
                  BytesGenerator(io.BytesIO(), policy=Policy()).flatten,
                  message)


def base64():
    import binascii
    return binascii.a2b_base64(b"ab==cd") == b"i\xb7\x1d"


def expat():
    from xml.parsers import expat as module
    depth = 500_000
    parser = module.ParserCreate()
    parser.ElementDeclHandler = lambda *_: None
    return raises(RecursionError, parser.Parse,
                  b"<!DOCTYPE r [\n<!ELEMENT r " + b"(a, " * depth + b"a"
                  + b")" * depth + b">\n]>\n<r/>\n")


def bz2_again():
    import bz2
    data = bytes.fromhex(
        "425a6839314159265359000000000000007fffff000000000000000000000000"
        "00000000000000000000000000000000000000e0370000000000000000000000"
        "000000000000000000000000000000000000000000000000000083f3")
    decompressor = bz2.BZ2Decompressor()
    return raises(OSError, decompressor.decompress, data) and raises(
        ValueError, decompressor.decompress, bytes(18))


def dict_clear():
    class Object:
        pass

    class Convert:
        def __del__(self):
            for number in range(40):
                values["k%d" % number] = object()
    for _ in range(200):
        one = Object()
        one.a, one.b, one.c = Convert(), "other" * 3, object()
        values = one.__dict__
        values.clear()
        hold = [object() for _ in range(50)]
        assert hold
    return True


def dict_traverse():
    import gc

    class Object:
        pass
    gone, holder = Object(), Object()
    gone.attr = "whatever"
    holder.__dict__ = gone.__dict__
    holder.ref = {"circular": gone, "data": 42}
    del gone
    gc.collect()
    return getattr(holder, "ref", {}).get("data") == 42


def normalize():
    import unicodedata
    text = "a" + "\u0300\u0327" * 20000
    return quick(1, lambda: unicodedata.normalize("NFD", text))


def tar_of(*members):
    import tarfile
    data = io.BytesIO()
    with tarfile.open(mode="w", fileobj=data) as tar:
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    data.seek(0)
    return tarfile.open(fileobj=data)


def tar_link_written():
    import tarfile
    info = tarfile.TarInfo("evil")
    info.type = tarfile.SYMTYPE
    import os
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        deep = os.path.join("x", *"y" * 30)
        os.symlink(deep, os.path.join(folder, "a"))
        info.linkname = "a/" + "../" * 8 + "etc"
        return raises(tarfile.FilterError, tarfile.data_filter, info, folder)


def tar_filter_of_links():
    import tarfile
    seen = []
    tar = tar_of(("t", tarfile.REGTYPE, ""), ("l", tarfile.LNKTYPE, "t"))

    def only(info, path):
        seen.append(info.name)
        return info
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        tar.extract("l", folder, filter=only)
    return seen.count("t") == 1


def tar_fallback():
    import os
    import tarfile
    import tempfile
    tar = tar_of(("a/b/s", tarfile.SYMTYPE, os.path.join("..", "escape")),
                 ("s", tarfile.LNKTYPE, "a/b/s"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            tar.extractall(folder, filter="data")
        except tarfile.LinkFallbackError:
            return True
        return not os.path.lexists(os.path.join(folder, "s"))


def tar_stream_end():
    import tarfile
    info = tarfile.TarInfo("huge")
    info.size = 1 << 34
    data = io.BytesIO(info.tobuf(tarfile.GNU_FORMAT))

    def members():
        with tarfile.open(fileobj=data, mode="r|") as tar:
            raises(tarfile.ReadError, tar.getmembers)
    return quick(1, members)


def element_index():
    import xml.etree.ElementTree as ET

    class Counting(ET.Element):
        calls = 0

        def findall(self, *args, **kwargs):
            type(self).calls += 1
            return super().findall(*args, **kwargs)
    root = Counting("root")
    for _ in range(2000):
        ET.SubElement(root, "a")
    root.findall(".//a[1]")
    return Counting.calls < 100


def config():
    import configparser
    parser = configparser.ConfigParser()
    parser.read_dict({"a": {"k": "x\rb = 1"}})
    out = io.StringIO()
    parser.write(out)
    return "\r" not in out.getvalue()


FIXES = {
    "2025-11468": email_comment, "2025-12084": minidom,
    "2025-13462": tar_long_name, "2025-13836": http_read,
    "2025-13837": plist, "2025-6069": html, "2025-6075": expandvars,
    "2025-8194": tar_offset, "2025-8291": zip64, "2025-15282": data_url,
    "2026-0672": cookie_set, "2026-0865": wsgi, "2026-1299": email_bytes, "2026-3446": base64,
    "2026-4224": expat, "2026-3644": cookie_update,
    "2026-6019": cookie_script, "2026-6019-2": cookie_utf8,
    "dict-use-after-free": dict_clear,
    "traverse-managed-dicts": dict_traverse, "2026-1502": http_tunnel,
    "2026-3276": normalize, "2026-7774": tar_link_written,
    "2026-9669": bz2_again, "2026-6879": element_index, "2026-0864": config,
    "2026-4360": tar_filter_of_links, "2026-11940": tar_fallback,
    "2026-11972": tar_stream_end,
}


def main(name, library):
    sys.path_http = library + "/http/client.py"
    sys.path_request = library + "/urllib/request.py"
    return not FIXES[name]()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
