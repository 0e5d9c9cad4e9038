from urllib import parse

u = parse.urlparse("https://u:p@h.org:80/a/b;c?x=1&y=%C3%A9#f")
assert (u.hostname, u.port, u.path, u.fragment) == ("h.org", 80, "/a/b", "f")
assert parse.parse_qs(u.query) == {"x": ["1"], "y": ["é"]}
assert parse.urljoin("http://a/b/c", "../d") == "http://a/d"
assert parse.quote("é /") == "%C3%A9%20/" and parse.unquote("%41") == "A"
assert parse.urlencode({"a": [1, 2]}, doseq=True) == "a=1&a=2"
