"""immure app as its clients see it: PEP 3333, HTTP, and what is refused."""
import hashlib
import json
import os
import socket
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Connection, Server  # noqa: E402


class Probe(unittest.TestCase):
    """Tests that share one server."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server("probe", options=cls.options)
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait_ready()

    def get(self, path, **headers):
        return self.server.get(path, **headers)

    def environ(self, path="/show", **headers):
        return json.loads(self.get(path, **headers).body)


class Wsgi(Probe):
    def test_environ(self):
        with self.server.connect() as c:
            got = json.loads(c.request(
                "GET", "/sh%6Fw/%C3%A4?a=b%20c", X_One="1",
                Content_Type="text/x", Accept="*/*").body)
            port = str(c.socket.getsockname()[1])
        wanted = {
            "REQUEST_METHOD": "GET", "SCRIPT_NAME": "",
            "PATH_INFO": "/show/\u00c3\u00a4", "QUERY_STRING": "a=b%20c",
            "REQUEST_URI": "/sh%6Fw/%C3%A4?a=b%20c",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": str(self.server.port),
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "REMOTE_PORT": port, "HTTP_X_ONE": "1", "HTTP_ACCEPT": "*/*",
            "HTTP_HOST": "localhost", "CONTENT_TYPE": "text/x",
            "wsgi.url_scheme": "http", "wsgi.version": [1, 0],
            "wsgi.multithread": False, "wsgi.multiprocess": True,
            "wsgi.run_once": False, "wsgi.input_terminated": True}
        self.assertEqual({key: got.get(key) for key in wanted}, wanted)
        self.assertNotIn("CONTENT_LENGTH", got)

    def test_headers_that_come_twice(self):
        with self.server.connect() as c:
            c.send(b"GET /show HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n"
                   b"x-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n")
            got = json.loads(c.read().body)
        self.assertEqual(got["HTTP_X_A"], "1, 2")
        self.assertEqual(got["HTTP_COOKIE"], "a=1; b=2")

    def test_what_is_not_handed_on(self):
        with self.server.connect() as c:
            c.send(b"GET /show HTTP/1.1\r\nHost: localhost\r\nProxy: evil\r\n"
                   b"X_Under: 1\r\nX-Forwarded-For: 1.2.3.4\r\n"
                   b"Connection: keep-alive\r\n\r\n")
            got = json.loads(c.read().body)
        self.assertEqual([key for key in got if key.startswith("HTTP_")],
                         ["HTTP_HOST"])

    def test_validator(self):
        """wsgiref.validate looks on from inside."""
        for path in ("/show", "/blocks", "/write", "/nothing", "/lines",
                     "/file"):
            with self.subTest(path):
                got = self.get(path, X_Check="1")
                self.assertIn(got.status, (200, 204), self.server.errors())
        with self.server.connect() as c:
            got = c.request("POST", "/count", b"abc" * 40000, X_Check="1")
        self.assertEqual(got.status, 200)

    def test_blocks(self):
        got = self.get("/blocks")
        self.assertEqual(got.body, b"one two three")
        self.assertEqual(got.header("transfer-encoding"), "chunked")

    def test_each_block_is_on_its_way_at_once(self):
        with self.server.connect() as c:
            c.send(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while b"\r\n\r\n" not in c.data:
                c.more()
            c.data = c.data.partition(b"\r\n\r\n")[2]
            times = []
            for wanted in (b"0", b"1", b"2"):
                self.assertEqual(c.read_chunk(), wanted)
                times.append(time.monotonic())
        self.assertGreater(times[2] - times[0], 0.4)

    def test_write(self):
        self.assertEqual(self.get("/write").body, b"written returned")

    def test_exc_info(self):
        got = self.get("/late")
        self.assertEqual((got.status, got.body), (503, b"later"))
        with self.server.connect() as c, self.assertRaises(EOFError):
            c.request("GET", "/too_late")
        self.server.wait_log("ValueError: too late")

    def test_close_is_called(self):
        before = [int(self.get("/closes").body) for _ in range(8)]
        for _ in range(8):
            self.get("/blocks")
        after = [int(self.get("/closes").body) for _ in range(8)]
        self.assertGreater(max(after), max(before))

    def test_file_wrapper(self):
        self.assertEqual(self.get("/file").body, b"x" * 700000)

    def test_headers_of_the_response(self):
        got = self.get("/twice")
        self.assertEqual(got.all("set-cookie"), ["a=1", "b=2"])
        self.assertEqual(got.header("content-length"), "7")
        self.assertIsNotNone(got.header("date"))

    def test_one_block_has_a_length(self):
        self.assertIsNotNone(self.get("/show").header("content-length"))

    def test_no_content(self):
        with self.server.connect() as c:
            for _ in range(2):
                got = c.request("GET", "/nothing")
                self.assertEqual((got.status, got.body), (204, b""))
                self.assertIsNone(got.header("transfer-encoding"))

    def test_head(self):
        with self.server.connect() as c:
            for path in ("/show", "/big?4", "/echo"):
                got = c.request("HEAD", path)
                self.assertEqual((got.status, got.body), (200, b""), path)
            self.assertEqual(c.request("HEAD", "/big?4").header(
                "content-length"), str(4 << 20))
            self.assertEqual(c.request("GET", "/write").body,
                             b"written returned")
            self.assertEqual(c.request("HEAD", "/blocks").status, 200)
            self.assertTrue(c.is_closed())  # how long it is is not known
            self.assertEqual(c.data, b"")

    def test_environment_and_files(self):
        self.assertEqual(self.get("/environment").body, b"hello")
        self.assertEqual(self.get("/folder").body, b"probe.py")


class Bodies(Probe):
    def test_echo(self):
        with self.server.connect() as c:
            for n in (0, 1, 1000, 65536, 65537, 3 << 20):
                body = os.urandom(n)
                got = c.request("POST", "/echo", body)
                self.assertEqual((got.status, got.body == body), (200, True),
                                 n)

    def test_chunked(self):
        body = b"".join(b"%x\r\n%s\r\n" % (n, b"y" * n)
                        for n in (1, 10, 70000, 5)) + b"0\r\n\r\n"
        with self.server.connect() as c:
            for _ in range(2):
                c.send(b"POST /count HTTP/1.1\r\nHost: localhost\r\n"
                       b"Transfer-Encoding: chunked\r\n\r\n" + body)
                sha = hashlib.sha256(b"y" * 70016).hexdigest()
                self.assertEqual(c.read().body.decode(), "70016 " + sha)

    def test_lines(self):
        with self.server.connect() as c:
            got = json.loads(c.request("POST", "/lines", b"a\nb\nc").body)
        self.assertEqual(got, ["a\n", ["b\n", "c"]])

    def test_streamed_lines(self):
        body = b"first\n" + b"x" * 100000 + b"\nlast"
        with self.server.connect() as c:
            got = json.loads(c.request("POST", "/lines", body).body)
        self.assertEqual(got[1][1], "last")

    def test_expect_continue(self):
        with self.server.connect() as c:
            c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            while b"\r\n\r\n" not in c.data:
                c.more()
            self.assertTrue(c.data.startswith(b"HTTP/1.1 100"))
            c.send(b"hello")
            self.assertEqual(c.read().body, b"hello")

    def test_too_large(self):
        with self.server.connect() as c:
            c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: 999999999\r\n\r\n")
            self.assertEqual(c.read().status, 413)
        with self.server.connect() as c:
            c.send(b"POST /count HTTP/1.1\r\nHost: localhost\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(5):
                c.send(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
            c.send(b"0\r\n\r\n")
            self.assertEqual(c.read().status, 413)

    def test_too_large_for_a_limit_that_came_later(self):
        toml = ('name = "late"\nentry = "late:app"\n[limits]\nbody = "%s"\n'
                'wall = "20s"\n')
        with Server({"app.toml": toml % "4M", "late.py":
                     'def app(e, s):\n    n = len(e["wsgi.input"].read())\n'
                     '    s("200 OK", [])\n    return [b"%d" % n]\n'}) \
                as server, server.connect() as c:
            server.wait_ready()
            c.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n"
                   b"200000\r\n" + bytes(2 << 20) + b"\r\n")
            server.write("app.toml", toml % "1M")
            server.wait_log("reloaded")
            c.send(b"1000\r\n" + bytes(4096) + b"\r\n0\r\n\r\n")
            self.assertEqual(c.read().status, 413)

    def test_large_response_before_the_body_is_there(self):
        with self.server.connect() as c:
            c.send(b"POST /big?1 HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: 100000\r\n\r\n" + bytes(70000))
            self.server.wait_log("over 512 KB of a response")
            c.send(bytes(30000))
            self.assertEqual(c.read().status, 502)

    def test_body_that_nobody_reads(self):
        with self.server.connect() as c:
            self.assertEqual(c.request("POST", "/twice", bytes(2 << 20)).body,
                             b"cookies")
            self.assertEqual(c.request("GET", "/twice").body, b"cookies")

    def test_large_response(self):
        got = self.get("/big?40")
        self.assertEqual(len(got.body), 40 << 20)

    def test_slow_reader(self):
        """Its worker stands still, and does not age."""
        with self.server.connect() as c:
            c.send(b"GET /big?20 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(2.6)     # over the wall limit of the request
            self.assertEqual(len(c.read().body), 20 << 20)

    def test_slow_reader_is_not_waited_for_for_ever(self):
        with self.server.connect() as c:
            c.send(b"GET /big?64 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(8)
            with self.assertRaises((EOFError, ConnectionError)):
                c.read()

    def test_client_that_leaves(self):
        for _ in range(6):
            with self.server.connect() as c:
                c.send(b"GET /big?60 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                c.more()
            with self.server.connect() as c:
                c.send(b"POST /count HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: 1000000\r\n\r\n" + bytes(300000))
        self.assertEqual(self.get("/twice").status, 200)


class Http(Probe):
    def raw(self, data):
        with self.server.connect() as c:
            c.send(data)
            return c.read()

    def test_keep_alive_and_pipelining(self):
        one = b"GET /twice HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with self.server.connect() as c:
            c.send(one * 20)
            for _ in range(20):
                self.assertEqual(c.read().body, b"cookies")
            c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                   b"Content-Length: 3\r\n\r\nabc" + one)
            self.assertEqual(c.read().body, b"abc")
            self.assertEqual(c.read().body, b"cookies")

    def test_http_10(self):
        with self.server.connect() as c:
            c.send(b"GET /blocks HTTP/1.0\r\nHost: localhost\r\n\r\n")
            got = c.read()
            self.assertEqual(got.body, b"one two three")
            self.assertIsNone(got.header("transfer-encoding"))
            self.assertTrue(c.is_closed())

    def test_connection_close(self):
        with self.server.connect() as c:
            c.request("GET", "/twice", Connection="close")
            self.assertTrue(c.is_closed())

    def test_bad_requests(self):
        good = b"GET /twice HTTP/1.1\r\nHost: localhost\r\n"
        rows = {
            "no host": b"GET / HTTP/1.1\r\n\r\n",
            "two hosts": good + b"Host: other\r\n\r\n",
            "no version": b"GET /\r\nHost: localhost\r\n\r\n",
            "version": b"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
            "no path": b"GET nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "nul": b"GET /a%00b HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "space": good + b"X y: 1\r\n\r\n",
            "space before colon": good + b"X-A : 1\r\n\r\n",
            "no colon": good + b"XY\r\n\r\n",
            "control": good + b"X: a\x01b\r\n\r\n",
            "host": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            "port": b"GET / HTTP/1.1\r\nHost: localhost:x.a\r\n\r\n",
            "two ports": b"GET / HTTP/1.1\r\nHost: localhost:1:2\r\n\r\n",
            "behind ]": b"GET / HTTP/1.1\r\nHost: [::1]a:1\r\n\r\n",
            "no ]": b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
            "port of target": b"GET http://localhost:x/ HTTP/1.1\r\n"
                              b"Host: localhost\r\n\r\n",
            "connect": b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
            "method": b"G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        }
        for name, data in rows.items():
            with self.subTest(name), self.server.connect() as c:
                c.send(data)
                try:
                    got = c.read().status
                except (EOFError, ConnectionError):
                    got = None
                self.assertIn(got, (400, 501, 505, None))
                self.assertTrue(c.is_closed())

    def test_smuggling(self):
        """Where two programs could read two requests, none is read."""
        post = b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
        inner = b"0\r\n\r\nGET /twice HTTP/1.1\r\nHost: localhost\r\n\r\n"
        rows = {
            "CL+TE": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "TE+CL": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "CL CL": b"Content-Length: 5\r\nContent-Length: 50\r\n",
            "CL CL same": b"Content-Length: 5\r\nContent-Length: 5\r\n",
            "CL list": b"Content-Length: 5, 5\r\n",
            "CL plus": b"Content-Length: +5\r\n",
            "CL minus": b"Content-Length: -5\r\n",
            "CL hex": b"Content-Length: 0x5\r\n",
            "CL huge": b"Content-Length: 18446744073709551617\r\n",
            "TE TE": b"Transfer-Encoding: chunked\r\n"
                     b"Transfer-Encoding: identity\r\n",
            "TE list": b"Transfer-Encoding: gzip, chunked\r\n",
            "TE xchunked": b"Transfer-Encoding: xchunked\r\n",
            "TE space": b"Transfer-Encoding : chunked\r\n",
            "TE tab": b"Transfer-Encoding\t: chunked\r\n",
            "TE vt": b"Transfer-Encoding: \x0bchunked\r\n",
            "TE fold": b"Transfer-Encoding:\r\n chunked, x\r\n",
        }
        for name, header in rows.items():
            with self.subTest(name), self.server.connect() as c:
                c.send(post + header + b"\r\n" + inner)
                statuses = []
                try:
                    while True:
                        statuses.append(c.read().status)
                except (EOFError, ConnectionError):
                    pass
                self.assertNotIn(200, statuses)
                self.assertLessEqual(len(statuses), 1)

    def test_nothing_is_read_behind_a_head_that_is_refused(self):
        inner = b"GET /twice HTTP/1.1\r\nHost: localhost\r\n\r\n"
        host, post = b"Host: localhost\r\n", b"POST /echo HTTP/1.1\r\n"
        both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        rows = {
            431: post + host + b"X: " + b"a" * 40000 + b"\r\n" + both,
            505: b"POST /echo HTTP/1.2\r\n" + host + both,
            501: b"CONNECT a:1 HTTP/1.1\r\n" + host + both,
        }
        for status, head in rows.items():
            with self.subTest(status), self.server.connect() as c:
                c.send(head + b"0\r\n\r\n" + inner)
                try:
                    self.assertEqual(c.read().status, status)
                except ConnectionError:
                    pass
                self.assertTrue(c.is_closed())
                self.assertNotIn(b"200 OK", c.data)

    def test_refused_before_its_body_comes(self):
        for header in (b"Transfer-Encoding: gzip\r\n",
                       b"Transfer-Encoding: xchunked\r\n",
                       b"Transfer-Encoding: gzip, chunked\r\n",
                       b"Content-Length: 5\r\nContent-Length: 50\r\n"):
            with self.subTest(header), self.server.connect(5) as c:
                c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                       + header + b"\r\n")
                self.assertEqual(c.read().status, 400)
                self.assertTrue(c.is_closed())

    def test_te_in_http_10(self):
        with self.server.connect() as c:
            c.send(b"POST /echo HTTP/1.0\r\nHost: localhost\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            self.assertEqual(c.read().status, 400)

    def test_header_bombs(self):
        for data in (b"X: " + b"a" * 100000 + b"\r\n",
                     b"X: y\r\n" * 20000, b"X-%d: y\r\n" % 1 * 200,
                     b"a" * 300000):
            with self.server.connect() as c:
                try:
                    c.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + data
                           + b"\r\n")
                    got = c.read().status
                except (EOFError, ConnectionError):
                    got = None
                self.assertIn(got, (400, 413, 431, None))
        with self.server.connect() as c:
            c.send(b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n\r\n")
            try:
                self.assertIn(c.read().status, (413, 414, 431))
            except (EOFError, ConnectionError):
                pass
        self.assertEqual(self.get("/twice").status, 200)

    def test_large_heads(self):
        """There is room for both, or an answer that says what is too large."""
        for size in (1000, 20000, 30000):
            got = self.get("/cookie?15000", X_Big="a" * size)
            self.assertEqual((got.status, len(got.header("set-cookie"))),
                             (200, 15000))
        self.assertEqual(self.get("/cookie?10", X_Big="a" * 40000).status,
                         431)
        self.assertEqual(self.get("/cookie?20000").status, 502)

    def test_response_splitting(self):
        for path in ("/split", "/split_status", "/hop"):
            got = self.get(path)
            self.assertEqual(got.status, 500)
            self.assertEqual(got.all("set-cookie"), [])
        self.server.wait_log("control character in the status or a header")

    def test_response_too_short(self):
        with self.server.connect() as c, self.assertRaises(EOFError):
            c.request("GET", "/short")

    def test_absolute_target(self):
        got = self.raw(b"GET http://probe.test/show?x HTTP/1.1\r\n"
                       b"Host: localhost\r\n\r\n")
        environ = json.loads(got.body)
        self.assertEqual((environ["HTTP_HOST"], environ["PATH_INFO"],
                          environ["QUERY_STRING"]),
                         ("probe.test", "/show", "x"))

    def test_another_host(self):
        self.assertEqual(self.server.get("/", host="other").status, 404)
        self.assertEqual(self.server.get("/", host="PROBE.test:80").status,
                         200)

    def test_access_log(self):
        self.get("/twice?x", User_Agent="a\"b\\c", Referer="http://r/")
        for _ in range(50):
            if "/twice?x" in self.server.access():
                break
            time.sleep(0.05)
        self.assertRegex(
            self.server.access(),
            r'127\.0\.0\.1 - - \[[^]]+\] "GET /twice\?x HTTP/1\.1" 200 7 '
            r'"http://r/" "a\\x22b\\x5cc"\n')


class Slow(unittest.TestCase):
    def test_slowloris(self):
        """Clients that never come to an end cost the others nothing."""
        with Server("probe") as server:
            server.wait_ready()
            slow = [server.connect() for _ in range(300)]
            for c in slow:
                c.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\n")
            for c in slow[:150]:
                c.send(b"Content-Length: 1000\r\n\r\nx")
            start = time.monotonic()
            for _ in range(20):
                self.assertEqual(server.get("/twice").status, 200)
            self.assertLess(time.monotonic() - start, 5)
            for c in slow[:150]:     # one byte a second does not help
                self.assertTrue(c.is_closed())
            for c in slow[150:]:
                self.assertTrue(c.is_closed())
            self.assertLess(time.monotonic() - start, 45)

    def test_upload_is_no_waiting(self):
        """Only from its whole body on does a request wait for a worker."""
        app = {"app.toml": 'name = "one"\nentry = "one:app"\nworkers = 1\n'
                           '[limits]\nwall = "2s"\n',
               "one.py": 'import time\ndef app(e, s):\n'
                         '    if e["PATH_INFO"] == "/wait":\n'
                         '        time.sleep(1.5)\n'
                         '    s("200 OK", [])\n    return [b"x"]\n'}
        with Server(app) as server:
            server.wait_ready()
            with server.connect() as c, server.connect() as other:
                c.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: 2\r\n\r\nx")
                time.sleep(2.2)
                other.send(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
                time.sleep(0.1)
                c.send(b"x")
                self.assertEqual(c.read().status, 200)
                self.assertEqual(other.read().status, 200)


class Flood(unittest.TestCase):
    def flood(self, server, over):
        with server.connect() as c:
            def read():
                try:
                    while c.socket.recv(1 << 20):
                        pass
                except OSError:
                    pass
            reader = threading.Thread(target=read)
            reader.start()
            try:
                while not over.is_set():
                    c.send(b"GET / HTTP/1.1\r\nHost: other\r\n\r\n" * 2000)
            except OSError:
                pass
            try:
                c.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            reader.join()

    def test_pipelines_without_an_end(self):
        """They are answered, and so is everybody else."""
        over = threading.Event()
        with Server("probe") as server:
            server.wait_ready()
            floods = [threading.Thread(target=self.flood, args=(server, over))
                      for _ in range(2)]
            for flood in floods:
                flood.start()
            try:
                time.sleep(0.3)
                with server.connect(10) as c:
                    for _ in range(3):
                        self.assertEqual(c.request("GET", "/twice").body,
                                         b"cookies")
            finally:
                over.set()
                for flood in floods:
                    flood.join()


class Forwarded(Probe):
    options = ("--forwarded",)

    def test_a_proxy_is_believed(self):
        got = self.environ(X_Forwarded_For="9.9.9.9, 1.2.3.4",
                           X_Forwarded_Proto="https",
                           X_Forwarded_Host="probe.test")
        self.assertEqual((got["REMOTE_ADDR"], got["wsgi.url_scheme"],
                          got["HTTP_HOST"]),
                         ("1.2.3.4", "https", "probe.test"))
        got = self.environ(X_Forwarded_For="<script>")
        self.assertEqual(got["REMOTE_ADDR"], "127.0.0.1")


class Unix(unittest.TestCase):
    def test_socket(self):
        path = "/tmp/immure-app-test-%d" % os.getpid()
        with Server("probe", options=("--listen", "unix:" + path)) as server:
            server.wait_ready()
            with Connection.__new__(Connection) as c:
                c.data = b""
                c.socket = socket.socket(socket.AF_UNIX)
                c.socket.connect(path)
                self.assertEqual(c.request("GET", "/twice").body, b"cookies")
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
