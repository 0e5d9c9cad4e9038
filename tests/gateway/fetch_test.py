#!/usr/bin/env python3
"""Gateways of the kind fetch, against servers that obey and servers that do not.

Usage: fetch_test.py BUILD_DIR [unittest arguments]
"""
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from servers import DNS, start_http

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
IMMURE = os.path.join(BUILD, "immure")
SECRET = "s3cret-of-the-operator"


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.http = start_http()
        cls.here = "http://127.0.0.1:%d" % cls.http.port

    @classmethod
    def tearDownClass(cls):
        cls.http.stop()

    def run_guest(self, code, rules=None, more="", *options):
        """The result of a guest; RULES is TOML, and the default lets all of
        the server through."""
        rules = rules or ('{allow = "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS '
                          '%s/**", private = true}' % self.here)
        with tempfile.TemporaryDirectory() as folder:
            policy = os.path.join(folder, "p.toml")
            with open(policy, "w") as f:
                f.write('[gateways.web]\nkind = "fetch"\nrules = [%s]\n%s\n'
                        % (rules, more))
            done = subprocess.run(
                [IMMURE, "--policy", policy, "--wall", "30s", "--json",
                 *options, "-c", "from immure.gateway import fetch\n"
                 "import immure, urllib.request, urllib.error\n"
                 "HERE = %r\n" % self.here + code],
                capture_output=True, text=True, timeout=120,
                env=os.environ | {"API_TOKEN": SECRET})
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def output(self, code, rules=None, more=""):
        result = self.run_guest(code, rules, more)
        self.assertEqual(result["verdict"], "ok", result)
        return result["stdout"]

    def denied(self, code, fix, rules=None, more=""):
        result = self.run_guest(code, rules, more)
        self.assertEqual(result["verdict"], "denied", result)
        denial = result["denials"][-1]
        self.assertEqual(denial["rule"], "gateways.web.rules")
        self.assertIn(fix, result["stderr"])
        self.assertEqual(sum(call["refused"] for call in result["calls"]), 1)
        return result

    def fails(self, code, text, rules=None, more=""):
        result = self.run_guest(code, rules, more)
        self.assertEqual(result["verdict"], "error", result)
        self.assertIn(text, result["stderr"])
        return result


class Asking(Case):
    def test_fetch(self):
        self.assertEqual(self.output("""
a = fetch(HERE + "/a/b?c=d")
print(a.status, a.reason, a.ok, a.url == HERE + "/a/b?c=d", a.redirects)
print(a.body, a.text, a.headers["x-server"], a)
print(fetch(HERE + "/status/404").ok)
"""), """200 OK True True 0
b'hello /a/b?c=d' hello /a/b?c=d test <Answer 200 of %s/a/b?c=d>
False
""" % self.here)

    def test_methods_and_bodies(self):
        self.assertEqual(self.output("""
for method in "GET HEAD POST PUT PATCH DELETE OPTIONS".split():
    a = fetch(HERE + "/echo", method)
    print(a.status, a.body and a.json()["method"],
          a.body and a.json()["headers"].get("Content-Length"))
print(fetch(HERE + "/echo", body="caf\\xe9").json()["body"])
a = fetch(HERE + "/echo", "PUT", json={"a": [1]}).json()
print(a["method"], a["body"], a["headers"]["Content-Type"])
print(len(fetch(HERE + "/echo", body="x" * 1000000).json()["body"]))
"""), """200 GET None
200 b'' b''
200 POST 0
200 PUT 0
200 PATCH 0
200 DELETE None
200 OPTIONS None
cafÃ©
PUT {"a": [1]} application/json
1000000
""")

    def test_urllib(self):
        self.assertEqual(self.output("""
with urllib.request.urlopen(HERE + "/lines") as r:
    print(r.status, r.getcode(), r.url == HERE + "/lines", r.readline(), list(r))
r = urllib.request.urlopen(HERE + "/lines")
print(r.read(4), r.read(), r.read(), r.headers["content-length"])
q = urllib.request.Request(HERE + "/echo", data=b"a=1", headers={"X-Mine": "x"})
import json
e = json.load(urllib.request.urlopen(q))
print(e["method"], e["body"], e["headers"]["X-Mine"], e["headers"]["Content-Type"])
q = urllib.request.Request(HERE + "/status/204", method="DELETE")
print(urllib.request.urlopen(q).status)
try:
    urllib.request.urlopen(HERE + "/status/418")
except urllib.error.HTTPError as error:
    print(error.code, error.read(), error.url == HERE + "/status/418")
print(urllib.request.urlopen(HERE + "/to/302/" + HERE + "/b").url == HERE + "/b")
print(urllib.request.urlopen(HERE + "/chunks").read())
print(urllib.request.urlretrieve(HERE + "/lines", "kept")[0], open("kept").read()[:3])
import http.client
c = http.client.HTTPConnection("127.0.0.1", int(HERE.rpartition(":")[2]))
for _ in range(2):
    c.request("POST", "/echo", body=iter([b"ab", b"cd"]))
    print(json.load(c.getresponse())["body"])
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
print(opener.open(HERE + "/x").read())
"""), """200 200 True b'one\\n' [b'two\\n', b'three']
b'one\\n' b'two\\nthree' b'' 13
POST a=1 x application/x-www-form-urlencoded
204
418 b'status 418' True
True
b'abcdefg'
kept one
abcd
abcd
b'hello /x'
""")

    def test_headers(self):
        self.http.seen.clear()
        self.assertEqual(self.output("""
a = fetch(HERE + "/echo", headers={"X-Mine": "1", "Host": "evil",
          "Connection": "X-Hop", "X-Hop": "2", "Content-Length": "7",
          "Transfer-Encoding": "chunked", "X-Forwarded-For": "::1",
          "Proxy-Authorization": "p", "Te": "trailers", "X-Empty": ""})
print(a.json()["headers"])
print(sorted(a.dropped))
a = fetch(HERE + "/echo", headers={"X-L": "caf\xe9 \xff"})
print(ascii(a.json()["headers"]["X-L"]))
try: fetch(HERE, headers={"X-L": "\u20ac"})
except immure.gateway.GatewayError as error: print(error)
a = fetch(HERE + "/latin")
print(repr(a.headers["x-l"]), a.headers.get_all("set-cookie"), "connection" in a.headers)
"""), "%r\n%r\n%s%s" % (
            {"Host": self.here[7:], "User-Agent": "immure", "X-Mine": "1",
             "X-Empty": ""},
            sorted(["Host", "Connection", "X-Hop", "Content-Length",
                    "Transfer-Encoding", "X-Forwarded-For",
                    "Proxy-Authorization", "Te"]),
            "'caf\\xe9 \\xff'\na header's value has characters beyond "
            "U+00FF\n",
            "'café \\x01' ['a=b', 'c=d'] False\n"))

    def test_headers_that_only_a_proxy_says(self):
        """Whatever they are spelt like: some servers read _ as -."""
        self.http.seen.clear()
        names = ["X_User", "Proxy", "Proxy-Foo", "X-Forwarded-User",
                 "X_Forwarded_For", "X_HTTP_METHOD_OVERRIDE", "Remote_User"]
        out = self.output(
            "a = fetch(HERE, headers=dict.fromkeys(%r, 'admin'))\n"
            "print(a.dropped == %r)" % (names, names),
            '{allow = "GET %s/**", private = true, header = ["X-User=guest"]}'
            % self.here)
        self.assertEqual(out, "True\n")
        seen = self.http.seen[0][2]
        self.assertEqual(seen["X-User"], "guest")
        self.assertNotIn("admin", seen.values())

    def test_header_injection(self):
        for name, value in (("A\\r\\nB", "c"), ("A", "b\\r\\nC: d"),
                            ("A", "b\\nc"), ("A b", "c"), ("A", "b\\0c"),
                            ("", "b"), (":path", "/x")):
            self.fails('fetch(HERE, headers=[("%s", "%s")])' % (name, value),
                       "a header's name is no token" if "\\0" not in value
                       else "Error")


class Rules(Case):
    def test_no_rule(self):
        self.denied('fetch(HERE + "/admin")',
                    'rules = ["GET %s/admin"]' % self.here,
                    '{allow = "GET %s/public/**", private = true}' % self.here)
        self.denied('fetch(HERE + "/x", "DELETE")',
                    'rules = ["DELETE %s/x"]' % self.here,
                    '{allow = "GET %s/**", private = true}' % self.here)
        self.denied('urllib.request.urlopen("http://other.example/")',
                    'rules = ["GET http://other.example/"]')

    def test_paths(self):
        rule = '{allow = "GET %s/public/**", private = true}' % self.here
        self.http.seen.clear()
        for path in ("/public/../admin", "/public/%2e%2e/admin",
                     "/public/..%2fadmin", "/public/%252e%252e%252fadmin",
                     "/public/..;/admin", "/public%2f..%2fadmin"):
            self.denied('fetch(HERE + "%s")' % path, "no rule", rule)
        self.assertEqual(self.http.seen, [])

    def test_private(self):
        for host in ("127.0.0.1", "0x7f.1", "2130706433", "[::1]",
                     "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "10.0.0.1",
                     "169.254.169.254", "[fe80::1]", "[fd00::1]", "0.0.0.0"):
            url = "http://%s:%d/" % (host, self.http.port)
            self.denied('fetch("%s")' % url, "the address of",
                        '"GET http://*:%d/**"' % self.http.port)

    def test_metadata_takes_a_rule_of_its_own(self):
        port = self.http.port
        self.denied('fetch("http://169.254.169.254:%d/")' % port,
                    "for that host alone",
                    '{allow = "GET http://*:%d/**", private = true}' % port)

    def test_never(self):
        for host in ("0.0.0.0", "255.255.255.255", "224.0.0.1", "[::]"):
            self.denied('fetch("http://%s/")' % host,
                        "No rule allows such an address",
                        '{allow = "GET http://%s/**", private = true}' % host)

    def test_without_a_gateway(self):
        done = subprocess.run(
            [IMMURE, "-c", "import urllib.request\n"
             "urllib.request.urlopen('http://example.com/')"],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 126, done.stderr)
        self.assertIn('[gateways.NAME] kind = "fetch"', done.stderr)

    def test_other_protocols(self):
        for url in ("ftp://127.0.0.1/", "file:///etc/passwd",
                    "gopher://127.0.0.1:11211/_stats", "dict://127.0.0.1/",
                    "scp://127.0.0.1/", "HTTPX://a/", "javascript:1"):
            self.fails('fetch("%s")' % url, "URL")

    def test_bad_policies(self):
        for rules, why in (
                ('"GET https://a.example"', "no path"),
                ('"FETCH https://a.example/"', "is no method"),
                ('{allow = "GET https://a/", privat = true}', "'private'"),
                ('{private = true}', "a rule is a text, or a table"),
                ('{allow = "GET https://a/", header_env = ["A=NOT_SET"]}',
                 "NOT_SET"),
                ('{allow = "GET https://a/", header_file = ["A=nowhere"]}',
                 "nowhere"),
                ('{allow = "GET https://*/", header_env = ["A=API_TOKEN"]}',
                 "a secret for every host")):
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as f:
                f.write('[gateways.web]\nkind = "fetch"\nrules = [%s]' % rules)
                f.flush()
                done = subprocess.run(
                    [IMMURE, "--policy", f.name, "-c", "1"],
                    capture_output=True, text=True,
                    env=os.environ | {"API_TOKEN": SECRET})
            self.assertEqual(done.returncode, 125, rules)
            self.assertIn(why, done.stderr)


class Redirects(Case):
    def test_followed(self):
        self.assertEqual(self.output("""
a = fetch(HERE + "/to/302/" + HERE + "/to/301//end")
print(a.status, a.redirects, a.url == HERE + "/end")
a = fetch(HERE + "/to/302//end", redirect=False)
print(a.status, a.headers["location"])
for status in 301, 302, 303, 307, 308:
    a = fetch(HERE + "/to/%d//echo" % status, body="b", headers={"Content-Type": "x/y"})
    e = a.json()
    print(status, e["method"], e["body"], e["headers"].get("Content-Type"))
"""), """200 2 True
302 /end
301 GET  None
302 GET  None
303 GET  None
307 POST b x/y
308 POST b x/y
""")

    def test_loop(self):
        self.fails('fetch(HERE + "/loop/")', "redirects more often")
        self.fails('fetch(HERE + "/to/302//x")', "redirects more often",
                   more="redirects = 0")

    def test_checked(self):
        other = start_http()
        self.addCleanup(other.stop)
        for to in ("http://127.0.0.1:%d/" % other.port,
                   "http://169.254.169.254/latest/meta-data/",
                   "http://[::ffff:127.0.0.1]:%d/" % other.port,
                   "http://localhost:%d/" % other.port):
            self.denied('fetch(HERE + "/to/302/%s")' % to,
                        "a redirect led there, and no rule")
            self.denied(
                'fetch(HERE + "/to/302/%s")' % to, "a redirect led there",
                '{allow = "GET %s/**", private = true}, '
                '"GET http://*/**", "GET http://*:%d/**"'
                % (self.here, other.port))
        for to in ("file:///etc/passwd", "gopher://127.0.0.1:11211/_x",
                   "//user@127.0.0.1/", "ftp://127.0.0.1/"):
            self.fails('fetch(HERE + "/to/302/%s")' % to, "where nothing can")
        self.assertEqual(other.seen, [])

    def test_headers_of_another_origin(self):
        other = start_http()
        self.addCleanup(other.stop)
        rules = ('{allow = "GET %s/**", private = true, header_env = '
                 '["X-Token=API_TOKEN"]}, {allow = "GET http://127.0.0.1:%d/'
                 '**", private = true}' % (self.here, other.port))
        self.http.seen.clear()
        self.output('fetch(HERE + "/to/307/http://127.0.0.1:%d/x", headers='
                    '{"Authorization": "mine", "Cookie": "c", "X-A": "b"})'
                    % other.port, rules)
        self.assertEqual(self.http.seen[0][2]["X-Token"], SECRET)
        self.assertEqual(self.http.seen[0][2]["Cookie"], "c")
        seen = other.seen[0][2]
        self.assertEqual(seen["X-A"], "b")
        for name in ("X-Token", "Authorization", "Cookie"):
            self.assertNotIn(name, seen)


class Names(Case):
    """The tests' own DNS server answers."""

    def ask(self, names, code, rules, check):
        dns = DNS(names)
        self.addCleanup(dns.close)
        result = check(code, rules, more='dns = "127.0.0.1:%d"' % dns.port)
        return dns, result

    def test_looked_up(self):
        port = self.http.port
        dns, out = self.ask(
            {"a.test": [["127.0.0.1"]]},
            'print(fetch("http://A.Test:%d/x").text)' % port,
            '{allow = "GET http://*.test:%d/**", private = true}' % port,
            self.output)
        self.assertEqual(out, "hello /x\n")
        self.assertEqual(self.http.seen[-1][2]["Host"], "a.test:%d" % port)
        self.assertIn(("a.test", 1), dns.asked)

    def test_private_by_name(self):
        port = self.http.port
        for addresses in (["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"],
                          ["93.184.216.34", "127.0.0.1"],
                          ["169.254.169.254"], ["64:ff9b::a00:1"]):
            self.ask({"a.test": [addresses]},
                     'fetch("http://a.test:%d/x")' % port,
                     '"GET http://a.test:%d/**"' % port,
                     lambda *args, **more: self.denied(
                         args[0], "must say private = true", args[1], **more))

    def test_rebinding(self):
        """First a public address, then loopback: the second is never used,
        neither by that request nor, unchecked, by the next."""
        port = self.http.port
        self.http.seen.clear()
        dns, result = self.ask(
            {"a.test": [["198.18.0.1"], ["127.0.0.1"]]},
            'try: fetch("http://a.test:%d/x", timeout=1)\n'
            'except immure.gateway.GatewayError as e: print(e)\n'
            'except immure.JailError as e: print(e)\n'
            'fetch("http://a.test:%d/x")' % (port, port),
            '"GET http://a.test:%d/**"' % port, self.run_guest)
        self.assertEqual(result["verdict"], "denied")
        self.assertEqual(self.http.seen, [])

    def test_one_question_for_one_request(self):
        port = self.http.port
        dns, out = self.ask(
            {"a.test": [["127.0.0.1"], ["203.0.113.1"]]},
            'print(fetch("http://a.test:%d/x").text)' % port,
            '{allow = "GET http://a.test:%d/**", private = true}' % port,
            self.output)
        self.assertEqual(out, "hello /x\n")
        self.assertEqual(sorted(dns.asked), [("a.test", 1), ("a.test", 28)])

    def test_kept_connections_are_not_shared(self):
        """What a private rule has connected to serves no other rule."""
        port = self.http.port
        self.ask({"a.test": [["127.0.0.1"]]},
                 'fetch("http://a.test:%d/in/x")\n'
                 'fetch("http://a.test:%d/out/x")' % (port, port),
                 '{allow = "GET http://a.test:%d/in/**", private = true}, '
                 '"GET http://a.test:%d/out/**"' % (port, port),
                 lambda *args, **more: self.denied(
                     args[0], "must say private", args[1], **more))

    def test_no_such_name(self):
        self.ask({}, 'fetch("http://a.test/x")', '"GET http://a.test/**"',
                 lambda *args, **more: self.fails(
                     args[0], "no such host", args[1], **more))

    def test_dead_dns(self):
        started = time.monotonic()
        self.ask({"a.test": None}, 'fetch("http://a.test/x", timeout=1)',
                 '"GET http://a.test/**"',
                 lambda *args, **more: self.fails(
                     args[0], "timed out", args[1], **more))
        self.assertLess(time.monotonic() - started, 20)


class Bounds(Case):
    def test_slow(self):
        for page in ("drip", "silent", "slowheaders"):
            result = self.fails('fetch(HERE + "/%s")' % page,
                                "no answer within 1000 ms", more='time = "1s"')
            self.assertLess(result["usage"]["wall_ms"], 10000)
            self.fails('fetch(HERE + "/%s", timeout=0.5)' % page, "timed out")
            self.fails('urllib.request.urlopen(HERE + "/%s", timeout=0.5)'
                       % page, "TimeoutError")

    def test_after_a_timeout(self):
        self.assertEqual(self.output("""
for _ in range(3):
    try: fetch(HERE + "/drip", timeout=0.1)
    except TimeoutError: pass
print(fetch(HERE + "/x").text)
"""), "hello /x\n")

    def test_large(self):
        self.fails('fetch(HERE + "/big")', "larger than the operator allows")
        self.fails('fetch(HERE + "/lines")', "larger than the operator allows",
                   more='body = "0K"')

    def test_bombs(self):
        """What is compressed is the guest's to expand, in memory of its
        own; what HTTP itself compresses is counted as it comes out."""
        self.assertEqual(self.output(
            'a = fetch(HERE + "/gzip")\n'
            'print(len(a.body) < 200000, a.headers["content-encoding"])'),
            "True gzip\n")
        self.fails('fetch(HERE + "/transfergzip")', "larger than")

    def test_header_floods(self):
        self.fails('fetch(HERE + "/headers")', "64 KiB or 200 of headers")
        self.fails('fetch(HERE + "/interim")', "64 KiB or 200 of headers")

    def test_garbage(self):
        for page in ("garbage", "old"):
            self.fails('fetch(HERE + "/%s")' % page, "GatewayError")

    def test_dead_server(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = "http://127.0.0.1:%d/" % taken.getsockname()[1]
            rule = '{allow = "GET %s**", private = true}' % url
            result = self.fails('fetch("%s")' % url, "can't be connected to",
                                rule)
            self.assertLess(result["usage"]["wall_ms"], 5000)
            self.fails('urllib.request.urlopen("%s")' % url,
                       "URLError: <urlopen error", rule)

    def test_quota(self):
        result = self.run_guest("for _ in range(4): fetch(HERE)",
                                more="calls = 3")
        self.assertEqual(result["verdict"], "denied")
        self.assertEqual(result["calls"][0]["count"], 3)

    def test_native_nonsense(self):
        """Bytes that no shim would send."""
        self.assertEqual(self.output("""
from immure.gateway import exchange
for data in (b"", b"\\0" * 4, b"\\xff" * 8, b"\\2\\0\\0\\0{}",
             b"\\4\\0\\0\\0null", b"\\7\\0\\0\\0[[[[[[["):
    try: print(exchange("web", data))
    except immure.gateway.GatewayError as error: print("refused")
print(fetch(HERE + "/x").status)
"""), "refused\n" * 6 + "200\n")


class TLS(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.pem = os.path.join(cls.folder.name, "cert.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:a.test,"
             "IP:127.0.0.1", "-keyout", cls.pem + ".key", "-out", cls.pem],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.pem, cls.pem + ".key")
        cls.https = start_http(context=context)

    @classmethod
    def tearDownClass(cls):
        cls.https.stop()
        cls.folder.cleanup()
        super().tearDownClass()

    def test_verified(self):
        url = "https://127.0.0.1:%d/x" % self.https.port
        rule = '{allow = "GET %s", private = true}' % url
        self.assertEqual(self.output(
            'print(fetch("%s").text)\n'
            'print(urllib.request.urlopen("%s").read())' % (url, url), rule,
            'ca_file = "%s"' % self.pem), "hello /x\nb'hello /x'\n")
        self.fails('fetch("%s")' % url, "certificate", rule)

    def test_name_must_fit(self):
        dns = DNS({"a.test": [["127.0.0.1"]], "b.test": [["127.0.0.1"]]})
        self.addCleanup(dns.close)
        port = self.https.port
        rule = '{allow = "GET https://*.test:%d/**", private = true}' % port
        more = ('ca_file = "%s"\ndns = "127.0.0.1:%d"' % (self.pem, dns.port))
        self.assertEqual(self.output(
            'print(fetch("https://a.test:%d/x").text)' % port, rule, more),
            "hello /x\n")
        self.fails('fetch("https://b.test:%d/x")' % port, "GatewayError",
                   rule, more)


if __name__ == "__main__":
    del sys.argv[1:2]
    unittest.main()
