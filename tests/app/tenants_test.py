"""Applications beside each other: real frameworks, limits, reload, and a
tenant that means harm."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import BUILD, HERE, TOP, Server, has  # noqa: E402

PLAIN = '''
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"%s"]
'''
TOML = 'name = "plain"\nentry = "plain:app"\n'


def plain(word="one", toml=TOML):
    return {"app.toml": toml, "plain.py": PLAIN % word}


class Load(threading.Thread):
    """Requests without a pause; what came of each."""

    def __init__(self, server, path="/", host="localhost", keep=True):
        super().__init__()
        self.server, self.path, self.host = server, path, host
        self.keep, self.over = keep, threading.Event()
        self.statuses, self.lost, self.times = [], [], []

    def run(self):
        connection = None
        while not self.over.is_set():
            start = time.monotonic()
            try:
                connection = connection or self.server.connect()
                got = connection.request("GET", self.path, host=self.host)
                self.statuses.append(got.status)
                if not self.keep or got.header("connection") == "close":
                    connection.close()
                    connection = None
            except (OSError, EOFError) as error:
                self.lost.append(repr(error))
                connection = None
            self.times.append(time.monotonic() - start)
        if connection:
            connection.close()

    def stop(self):
        self.over.set()
        self.join()
        return self

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("probe")
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait_ready()

    def check(self, path, status, log):
        for _ in range(3):
            got = self.server.get(path)
            self.assertEqual(got.status, status)
        self.server.wait_log(log)
        self.assertEqual(self.server.get("/twice").status, 200)

    def test_wall_by_an_exception_first(self):
        start = time.monotonic()
        self.check("/sleepy", 503, r"GET /sleepy: wall, over limits\.wall")
        self.assertLess(time.monotonic() - start, 9)
        self.server.wait_log("was woken")

    def test_cpu(self):
        self.check("/spin", 503, r"GET /spin: cpu, over limits\.cpu")

    def test_cpu_that_swallows_it(self):
        self.check("/stubborn", 503, r"GET /stubborn: (cpu|wall)")

    def test_memory(self):
        self.check("/bomb", 500, "MemoryError")

    def test_exception(self):
        self.check("/fails", 500, r"RuntimeError: it fails, with \\x1b\[31m")

    def test_denial(self):
        self.check("/denied", 500, r"os\.system\(\) was denied \(rule "
                   r"posix\.system, line \d+")

    def test_exit(self):
        self.check("/exits", 500, "SystemExit: 3")

    def test_process_that_ends(self):
        got = self.server.get("/leaves")
        self.assertIn(got.status, (500, 503))
        self.assertEqual(self.server.get("/twice").status, 200)


class Frameworks(unittest.TestCase):
    @unittest.skipUnless(has("flask"), "no python3-flask here")
    def test_flask(self):
        with Server("flask") as server:
            server.wait_ready(host="flask.test")
            with server.connect() as c:
                got = c.request("GET", "/", host="flask.test")
                self.assertEqual(got.body, b"<p>1 &lt;a&gt;</p>")
                cookie = got.header("set-cookie").partition(";")[0]
                got = c.request("GET", "/", host="flask.test", Cookie=cookie)
                self.assertEqual(got.body, b"<p>2 &lt;a&gt;</p>")
                self.assertEqual(c.request("GET", "/form", host="flask.test")
                                 .header("location"), "/")
                form = (b'--x\r\nContent-Disposition: form-data; name="name"'
                        b'\r\n\r\nann\r\n--x\r\nContent-Disposition: '
                        b'form-data; name="upload"; filename="f"\r\n\r\n'
                        + b"y" * 200000 + b"\r\n--x--\r\n")
                got = c.request("POST", "/form", form, host="flask.test",
                                Content_Type="multipart/form-data; boundary=x")
                self.assertEqual(got.body, b"ann " + b"y" * 200000)
                got = c.request("POST", "/json?a=b", b'{"c": [1]}',
                                host="flask.test",
                                Content_Type="application/json")
                self.assertEqual(json.loads(got.body),
                                 {"got": {"c": [1]}, "args": {"a": "b"}})
                self.assertEqual(c.request("GET", "/stream",
                                           host="flask.test").body,
                                 b"a" * 1000 + b"b" * 1000 + b"c" * 1000)
                self.assertEqual(c.request("GET", "/missing",
                                           host="flask.test").status, 404)
                self.assertEqual(c.request("GET", "/fails",
                                           host="flask.test").status, 500)
            server.wait_log("ZeroDivisionError")

    @unittest.skipUnless(has("bottle"), "no python3-bottle here")
    def test_bottle(self):
        with Server("bottle") as server:
            server.wait_ready("/notes/x", host="bottle.test")
            got = server.get("/notes/x", host="bottle.test")
            self.assertEqual(got.body, b"hello x at /notes/")
            with server.connect() as c:
                got = c.request("POST", "/notes/", b"text=a+b",
                                host="bottle.test", Content_Type="application/"
                                "x-www-form-urlencoded")
                self.assertEqual(json.loads(got.body), {"notes": 1})
            self.assertIn(b"bottle.Bottle()", server.get(
                "/notes/file", host="bottle.test").body)
            self.assertEqual(server.get("/", host="bottle.test").status, 404)


@unittest.skipUnless(has("flask"), "no python3-flask here")
class Gateways(unittest.TestCase):
    """Flask's sessions outside of its workers."""

    def get(self, c, path="/", **headers):
        return c.request("GET", path, host="sessions.test", **headers)

    def test_sessions(self):
        with Server("sessions") as server:
            server.wait_ready(host="sessions.test")
            with server.connect() as c:
                got = self.get(c)
                cookie = got.header("set-cookie").partition(";")[0]
                seen = [self.get(c, Cookie=cookie).body for _ in range(4)]
                self.assertEqual(seen, [b"%d visits\n" % n
                                        for n in (2, 3, 4, 5)])
                for pid in server.part("guests"):
                    os.kill(pid, signal.SIGKILL)
                server.wait_ready(host="sessions.test")
                self.assertEqual(self.get(c, Cookie=cookie).body,
                                 b"6 visits\n")
                self.get(c, "/end", Cookie=cookie)
                self.assertEqual(self.get(c, Cookie=cookie).body,
                                 b"1 visits\n")
                self.assertEqual(self.get(c, "/late").body, b"ok")
                for _ in range(100):    # the other worker may be faster
                    if self.get(c, "/was").body == b"yes":
                        break
                    time.sleep(0.02)
                self.assertEqual(self.get(c, "/was").body, b"yes")

    @unittest.skipUnless(has("bottle"), "no python3-bottle")
    def test_database(self):
        """Bottle over a database: two workers write to the same one, and what
        a client sends is a value."""
        with Server("guestbook") as server:
            server.wait_ready(host="guestbook.test")
            texts = ["tea", "<b>", "'); drop table entries; --"]
            with server.connect() as c:
                for text in texts:
                    got = c.request(
                        "POST", "/", host="guestbook.test",
                        body=urllib.parse.urlencode({"text": text}).encode(),
                        Content_Type="application/x-www-form-urlencoded")
                    self.assertEqual(got.status, 200)
                    self.assertEqual(json.loads(got.body),
                                     {"id": texts.index(text) + 1})
                for pid in server.part("guests"):
                    os.kill(pid, signal.SIGKILL)
                server.wait_ready(host="guestbook.test")
                got = c.request("GET", "/", host="guestbook.test")
            self.assertEqual(got.body.decode().split("\n"), [
                "<li>tea", "<li>&lt;b&gt;",
                "<li>&#039;); drop table entries; --", ""])

    def test_policy_is_not_among_the_files(self):
        said = subprocess.run(
            [os.path.join(BUILD, "immure-zygote"), "--tool", "app",
             os.path.join(HERE, "apps/sessions")],
            stdout=subprocess.PIPE, check=True).stdout
        names = [item.partition("=")[0] for item in
                 json.loads(said)[0]["files"]]
        self.assertEqual(names, ["shop.py"])

    def test_broker_killed_under_load(self):
        with Server("sessions") as server:
            server.wait_ready(host="sessions.test")
            loads = [Load(server, "/", "sessions.test") for _ in range(3)]
            for load in loads:
                load.start()
            for _ in range(4):
                for pid in server.processes():
                    with open("/proc/%d/comm" % pid) as file:
                        if file.read().startswith("immure-broker"):
                            os.kill(pid, signal.SIGKILL)
                time.sleep(0.6)
            for load in loads:
                load.stop()
            self.assertEqual([lost for load in loads for lost in load.lost],
                             [])
            statuses = {s for load in loads for s in load.statuses}
            self.assertLessEqual(statuses, {200, 500, 503})
            server.wait_ready(host="sessions.test")


class Examples(unittest.TestCase):
    def folder(self, name):
        return os.path.join(TOP, "examples/app", name)

    def test_hello(self):
        with Server(self.folder("hello")) as server:
            server.wait_ready()
            self.assertEqual(server.get("/you").body, b"Hello, you!\n")

    @unittest.skipUnless(has("flask"), "no python3-flask here")
    def test_flask(self):
        with Server(self.folder("flask")) as server:
            server.wait_ready()
            self.assertIn(b"You were here 1 time.", server.get().body)

    @unittest.skipUnless(has("bottle"), "no python3-bottle here")
    def test_bottle(self):
        with Server(self.folder("bottle")) as server:
            server.wait_ready("/convert?km=42")
            self.assertEqual(json.loads(server.get("/convert?km=42").body),
                             {"km": 42.0, "miles": 26.098})


class Neighbours(unittest.TestCase):
    """What the hostile tenant does, and what it costs the others."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server("probe", "hostile")
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait_ready()

    def get(self, path):
        with self.server.connect() as c:
            return c.request("GET", path, host="hostile.test")

    def test_what_it_tells_the_server(self):
        for path in ("/splitter", "/status", "/headless", "/many"):
            with self.subTest(path):
                got = self.get(path)
                self.assertIn(got.status, (500, 502))
                self.assertEqual(got.all("set-cookie"), [])
        for path in ("/twice", "/longer", "/garbage"):
            with self.subTest(path):
                try:
                    got = self.get(path)
                    self.assertIn(got.status, (200, 500, 502, 503))
                    self.assertNotIn(b"HTTP/1.1", got.body)
                except EOFError:
                    pass
        self.server.wait_log("the response is refused")
        self.assertEqual(self.server.get("/twice").status, 200)

    def test_each_attack(self):
        with Load(self.server, "/twice") as other:
            for path in ("/spin", "/bomb", "/flood", "/crash", "/nest",
                         "/asks"):
                with self.subTest(path):
                    self.assertIn(self.get(path).status, (500, 503))
        self.assertEqual(other.lost, [])
        self.assertEqual(set(other.statuses), {200})

    def test_all_at_once(self):
        attackers = [Load(self.server, path, "hostile.test")
                     for path in ("/spin", "/bomb", "/flood", "/crash",
                                  "/garbage", "/splitter") for _ in range(3)]
        with Load(self.server, "/twice") as other:
            for attacker in attackers:
                attacker.start()
            time.sleep(4)
            for attacker in attackers:
                attacker.stop()
        self.assertEqual(other.lost, [])
        self.assertEqual(set(other.statuses), {200})
        statuses = {s for a in attackers for s in a.statuses}
        self.assertLessEqual(statuses, {200, 500, 502, 503})
        self.assertIn(503, statuses)

    def test_full_queue(self):
        got = []

        def ask():
            got.append(self.get("/spin"))
        threads = [threading.Thread(target=ask) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({g.status for g in got}, {503})
        self.assertIn("1", {g.header("retry-after") for g in got})


class Killed(unittest.TestCase):
    """kill -9 under load: no request is without an answer."""

    def kill(self, which, times, pause=0.4):
        with Server("probe", plain(toml=TOML + 'hosts = ["plain.test"]\n')) \
                as server:
            server.wait_ready("/twice")
            server.wait_ready(host="plain.test")
            loads = [Load(server, "/twice", keep=bool(at % 2))
                     for at in range(4)]
            for load in loads:
                load.start()
            for _ in range(times):
                for pid in server.part(which):
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                time.sleep(pause)
            server.wait_ready("/twice")
            for load in loads:
                load.stop()
            self.assertEqual([lost for load in loads for lost in load.lost],
                             [])
            statuses = {s for load in loads for s in load.statuses}
            self.assertLessEqual(statuses, {200, 503})
            self.assertIn(200, statuses)
            self.assertEqual(server.get("/twice").status, 200)
            self.assertEqual(server.get(host="plain.test").status, 200)

    def test_workers(self):
        self.kill("guests", 8)

    def test_zygote(self):
        self.kill("zygotes", 3, 1.5)

    def test_supervisor(self):
        self.kill("supervisor", 3, 1.5)

    def test_body_outlives_a_worker(self):
        with Server("probe") as server:
            server.wait_ready()
            for _ in range(4):
                for pid in server.part("guests"):
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.5)     # until that is known
                with server.connect() as c:
                    got = c.request("POST", "/echo", b"hello")
                    self.assertIn((got.status, got.body), (
                        (200, b"hello"), (503, b"503 Service Unavailable\n")))
                server.wait_ready()

    def test_nothing_is_left(self):
        server = Server("probe")
        server.wait_ready()
        below = server.processes()
        server.process.kill()
        server.process.wait()
        for _ in range(100):
            left = [pid for pid in below if os.path.exists("/proc/%d" % pid)]
            if not left:
                break
            time.sleep(0.1)
        self.assertEqual(left, [])
        server.stop()


class Reload(unittest.TestCase):
    def wait_for(self, server, word):
        for _ in range(200):
            if server.get().body == word:
                return
            time.sleep(0.05)
        self.fail("never %r:\n%s" % (word, server.errors()))

    def test_file_change_under_load(self):
        with Server(plain()) as server:
            self.wait_for(server, b"one")
            with Load(server) as kept, Load(server, keep=False) as fresh:
                for word in ("two", "three", "four"):
                    server.write("plain.py", PLAIN % word)
                    self.wait_for(server, word.encode())
            self.assertEqual(kept.lost + fresh.lost, [])
            self.assertEqual(set(kept.statuses + fresh.statuses), {200})

    def test_request_under_way_is_finished(self):
        with Server("probe") as server:
            server.wait_ready()
            with server.connect() as c:
                c.send(b"GET /slow_reply HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.1)
                server.write("new.py", "x = 1\n")
                self.assertEqual(c.read().body, b"done")
            server.wait_log("reloaded")
            self.assertEqual(server.get("/folder").body, b"new.py probe.py")

    def test_sighup(self):
        with Server(plain(), options=("--no-watch",)) as server:
            self.wait_for(server, b"one")
            server.write("plain.py", PLAIN % "two")
            time.sleep(0.7)
            self.assertEqual(server.get().body, b"one")
            os.rename(server.access_path, server.access_path + ".1")
            with Load(server) as load:
                server.process.send_signal(signal.SIGHUP)
                self.wait_for(server, b"two")
            self.assertEqual((load.lost, set(load.statuses)), ([], {200}))
            self.assertIn("GET /", server.access())

    def test_what_does_not_load_changes_nothing(self):
        with Server(plain()) as server:
            self.wait_for(server, b"one")
            server.write("plain.py", "1 / 0\n")
            server.wait_log("ZeroDivisionError")
            server.wait_log("not reloaded")
            self.assertEqual(server.get().body, b"one")
            server.write("app.toml", TOML + "wrokers = 2\n")
            server.wait_log(r"app\.toml:3: unknown key 'wrokers'; did you "
                            r"mean 'workers'\?")
            self.assertEqual(server.get().body, b"one")
            server.write("app.toml", TOML + "workers = 1\n")
            server.write("plain.py", PLAIN % "two")
            self.wait_for(server, b"two")

    def test_first_load_that_fails(self):
        with Server({"app.toml": TOML, "plain.py": "import nothing\n"}) \
                as server:
            server.wait_log("No module named 'nothing'")
            self.assertEqual(server.get().status, 503)
            server.write("plain.py", PLAIN % "one")
            self.wait_for(server, b"one")

    def test_worker_is_replaced(self):
        app = {"app.toml": TOML + "workers = 1\n[limits]\nrequests = 3\n",
               "plain.py": "n = 0\ndef app(e, s):\n    global n\n    n += 1\n"
                           "    s('200 OK', [])\n    return [b'%d' % n]\n"}
        with Server(app) as server:
            server.wait_ready()
            bodies = [server.get().body for _ in range(9)]
            self.assertLessEqual(set(bodies), {b"1", b"2", b"3"})
            self.assertGreater(bodies.count(b"1"), 1)

    def test_graceful_end(self):
        with Server("probe") as server:
            server.wait_ready()
            with server.connect() as c:
                c.send(b"GET /slow_reply HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.1)
                server.process.send_signal(signal.SIGTERM)
                got = c.read()
                self.assertEqual(got.body, b"done")
                self.assertEqual(got.header("connection"), "close")
            self.assertEqual(server.process.wait(10), 0)


class Routing(unittest.TestCase):
    def test_hosts_and_paths(self):
        rows = (("a", 'hosts = ["a.test"]'),
                ("star", 'hosts = ["*.a.test"]'),
                ("sub", 'hosts = ["a.test"]\npaths = ["/sub", "/sub/sub"]'),
                ("rest", ''))
        text = ('def app(e, s):\n    s("200 OK", [])\n    return [("%s " + '
                'e["SCRIPT_NAME"] + " " + e["PATH_INFO"]).encode()]\n')
        with Server(*({"app.toml": 'name = "%s"\nentry = "plain:app"\n'
                                   'workers = 1\n%s\n' % row,
                       "plain.py": text % row[0]} for row in rows)) as server:
            server.wait_ready(host="x")
            for host in ("a.test", "b.a.test"):
                server.wait_ready(host=host)
            server.wait_ready("/sub", host="a.test")
            for host, path, wanted in (
                    ("a.test", "/", "a  /"), ("A.TEST:8000", "/x", "a  /x"),
                    ("b.a.test", "/", "star  /"),
                    ("c.b.a.test", "/", "star  /"),
                    ("xa.test", "/", "rest  /"), ("[::1]:80", "/", "rest  /"),
                    ("a.test", "/sub", "sub /sub "),
                    ("a.test", "/sub/x", "sub /sub /x"),
                    ("a.test", "/sub/sub/y", "sub /sub/sub /y"),
                    ("a.test", "/subx", "a  /subx")):
                self.assertEqual(server.get(path, host=host).body.decode(),
                                 wanted)


class CommandLine(unittest.TestCase):
    def fail_with(self, *args):
        done = subprocess.run([os.path.join(BUILD, "immure"), "app", *args],
                              stdin=subprocess.DEVNULL, timeout=60, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 125)
        return done.stdout

    def test_wrong_command_lines(self):
        for args, wanted in (
                ((), "which application?"), (("--listen",), "wants a value"),
                (("--lisen", "x"), "is no option here"),
                (("--listen", "8000", "x"), "write HOST:PORT"),
                (("--listen", "a:99999", "x"), "write HOST:PORT"),
                (("--connections", "0", "x"), "is not from 1"),
                (("--error-log", "a", "--error-log", "b", "x"), "twice"),
                (("--error-log", "/dev/null/x", "x"), "open the log")):
            self.assertIn(wanted, self.fail_with(*args))

    def test_wrong_app_toml(self):
        rows = {
            'entry = "a:b"\n': r"name is missing",
            'name = "a"\n': r"entry is missing: write, for example, entry",
            'name = "a"\nentry = "ab"\n': r":2: entry must be MODULE:CALLABLE",
            TOML + 'hosts = "x"\n': r":3: hosts must be a list",
            TOML + 'hosts = ["a b"]\n': r':3: hosts: "a b" is no host',
            TOML + 'paths = ["a"]\n': r':3: paths: "a" is no path',
            TOML + 'workers = 0\n': r":3: workers must be a whole number",
            TOML + '[limits]\nwal = "1s"\n': r":4: unknown key 'wal' in "
                                             r"\[limits\]; did you mean "
                                             r"'wall'\?",
            TOML + '[limits]\nwall = 1\n': r":4: limits.wall must be a text "
                                           r"with a unit",
            TOML + '[limits]\nwall = "1ms"\n': r":4: .*out of range",
            TOML + '[environment]\n"a b" = "1"\n': r":4: environment: 'a b'",
            TOML + '[environment]\na = 1\n': r":4: environment.a must be a",
            TOML + 'policy = "nono"\n': r":3: policy: no policy|nono",
            TOML + 'packages = ["nono"]\n': None,
            TOML + 'packages_path = ["."]\n': r":3: packages_path has no",
            TOML + 'files = ["nothere.py"]\n': r":3: files: .*No such file",
            TOML + 'files = ["../x=plain.py"]\n': r":3: files: ",
            'name = "a\n': r":1: not TOML",
        }
        for text, wanted in rows.items():
            if wanted is None:
                continue
            with self.subTest(text):
                server = Server.__new__(Server)
                server.work = self.enterContext(self.folder())
                folder = server.make(0, plain(toml=text))
                got = self.fail_with("--listen", "127.0.0.1:0", folder)
                self.assertRegex(got, wanted)

    def folder(self):
        import tempfile
        return tempfile.TemporaryDirectory()

    def test_two_of_one_place(self):
        server = Server.__new__(Server)
        server.work = self.enterContext(self.folder())
        folders = [server.make(at, plain(toml='name = "p%d"\nentry = '
                                              '"plain:app"\n' % at))
                   for at in range(2)]
        got = self.fail_with("--listen", "127.0.0.1:0", *folders)
        self.assertIn("answers for every host/ already", got)

    def test_help(self):
        done = subprocess.run([os.path.join(BUILD, "immure"), "app", "--help"],
                              stdout=subprocess.PIPE, text=True, check=True)
        self.assertRegex(done.stdout, "usage: immure app .*")
        self.assertTrue(re.search(r"--listen ADDR", done.stdout))


if __name__ == "__main__":
    unittest.main()
