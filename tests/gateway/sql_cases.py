"""What the tests of gateways of the kind sql have in common: PEP 249, the caps
of a policy, what a hostile guest tries, and servers that fail."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import databases  # noqa: E402
from broker_test import named  # noqa: E402
from memory import memory_holds  # noqa: E402

BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
IMMURE = os.path.join(BUILD, "immure")

HEAD = """
import time
from immure.gateway import sql
def told(work, *args):
    start = time.perf_counter()
    try: text = work(*args)
    except sql.Error as e: text = "%s: %s" % (type(e).__name__, e)
    print(text, "late" if time.perf_counter() - start > 4 else "")
"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def policy(self, keys=""):
        path = os.path.join(self.folder, "db.toml")
        with open(path, "w") as file:
            file.write('[gateways.db]\nkind = "sql"\n%s\n%s\n[limits]\n'
                       'wall = "60s"\ncpu = "30s"\n' % (self.where(), keys))
        return path

    def start(self, code, keys="", *options):
        return subprocess.Popen(
            [IMMURE, "--policy", self.policy(keys), *options, "-c",
             HEAD + code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def run_it(self, code, keys="", *options):
        started = self.start(code, keys, *options)
        out, err = started.communicate(timeout=120)
        self.assertEqual(started.returncode, 0, out + err)
        return [line.rstrip() for line in out.splitlines()]

    def admin(self, *statements):
        """As the operator: what a gateway without limits does."""
        self.run_it("c = sql.connect('db')\nfor s in %r: c.execute(s)\n"
                    "c.commit()" % (statements,),
                    'statements = ["select", "insert", "update", "delete", '
                    '"schema", "other"]')


class Engine:
    """What holds for each of them; `slow` takes ten seconds, `endless` gives
    rows without end, `large` one value of 20 MB."""

    def table(self, rows="(1, 'a'), (2, 'b')"):
        self.admin("drop table if exists t",
                   "create table t (id integer primary key, name varchar(9))",
                   "insert into t values " + rows)

    def contents(self):
        return self.run_it("print(sql.connect('db').execute('select * from t "
                           "order by id').fetchall())")[0]

    def test_conformance(self):
        path = os.path.join(HERE, "guests/sql_conformance.py")
        done = subprocess.run(
            [IMMURE, "--policy",
             self.policy('calls = 100000\ntotal = "5m"'), path],
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        self.assertGreaterEqual(len(lines), 39, done.stderr)
        for line in lines:
            with self.subTest(line.partition(":")[0]):
                self.assertTrue(line.endswith(": ok"), line)

    def test_rows_and_size(self):
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "told(lambda: c.execute(%r))\n" % self.endless +
            "c = sql.connect('db')\n"
            "told(lambda: c.execute(%r))\n" % self.large +
            "c = sql.connect('db')\n"
            "told(lambda: len(c.execute('select 1 ' + 'union all select 1 ' "
            "* 99).fetchall()))\n"
            "told(lambda: c.execute('select 1 ' + 'union all select 1 ' * "
            "100))\n", 'rows = 100\nsize = "1M"')
        self.assertEqual(lines[0], "DataError: the result has more rows than "
                         "the policy allows")
        self.assertRegex(lines[1], r"(Data|Operational)Error: .*")
        self.assertEqual(lines[2], "100")
        self.assertIn("more rows than", lines[3])

    def test_time(self):
        lines = self.run_it(
            "told(lambda: sql.connect('db').execute(%r))\n" % self.slow +
            "told(lambda: sql.connect('db').execute('select 1').fetchall())\n",
            'time = "800ms"')
        self.assertRegex(lines[0], r"OperationalError: .*[^e]$")
        self.assertEqual(lines[1], "[(1,)]")

    def test_read_only(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in %r:\n"
            "    told(lambda: c.execute(s)); c.rollback()\n"
            "    try: c.commit()\n"
            "    except sql.Error: pass\n"
            "told(lambda: c.execute('select count(*) from t').fetchall())"
            % (self.writes + self.tricks,), "read_only = true")
        for line in lines[:len(self.writes)]:
            self.assertRegex(line, r"Refused: .*")
        for line in lines[len(self.writes):-1]:
            self.assertRegex(line, r"(Refused|\w+Error): .*")
        self.assertEqual(lines[-1], "[(2,)]")
        self.assertEqual(self.contents(), "[(1, 'a'), (2, 'b')]")

    def test_a_refusal_is_a_denial(self):
        self.table()
        done = subprocess.run(
            [IMMURE, "--json", "--policy", self.policy("read_only = true"),
             "-c", HEAD + "sql.connect('db').execute('delete from t')"],
            capture_output=True, text=True)
        result = json.loads(done.stdout)
        self.assertEqual(result["verdict"], "denied", result)
        self.assertEqual(result["calls"][0]["refused"], 1)

    def test_classes(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in %r:\n    told(lambda: c.execute(s).rowcount); "
            "c.commit()" %
            (["insert into t values (3, 'c')", "select * from t",
              "update t set name = 'x'", "delete from t",
              "create table u (id integer)", *self.upserts],),
            'statements = ["select", "insert"]')
        self.assertEqual(lines[:2], ["1", "3"])
        for line in lines[2:]:
            self.assertRegex(line, r"Refused: .*")
        self.assertEqual(self.contents(), "[(1, 'a'), (2, 'b'), (3, 'c')]")

    def test_other_statements(self):
        self.table()
        lines = self.run_it(
            "c = sql.connect('db')\n"
            "for s in %r: told(lambda: c.execute(s)); c.rollback()" %
            (self.never,))
        for statement, line in zip(self.never, lines, strict=True):
            self.assertRegex(line, r"(Refused|\w+Error): .*", statement)

    def test_ends_with_the_job(self):
        self.table()
        for end in ("", "c.execute(%r)" % self.slow,
                    "import os\nos._exit(3)", "1/0"):
            self.start("c = sql.connect('db')\n"
                       "c.execute('delete from t')\n" + end,
                       'time = "20s"\n', "--wall", "1s").communicate()
        self.assertEqual(self.contents(), "[(1, 'a'), (2, 'b')]")
        lines = self.run_it("c = sql.connect('db')\n"
                            "told(lambda: c.execute(\"update t set name = "
                            "'z'\").rowcount)")
        self.assertEqual(lines, ["2"])

    def test_connections(self):
        lines = self.run_it(
            "cs = [sql.connect('db') for _ in range(3)]\n"
            "told(sql.connect, 'db')\ncs[0].close()\n"
            "told(lambda: sql.connect('db').engine)", "connections = 3")
        self.assertRegex(lines[0], "Refused: .*")
        self.assertEqual(lines[1], self.engine)

    def test_broker_dies(self):
        self.table()
        started = self.start(
            "c = sql.connect('db')\nc.execute('delete from t')\n"
            "print('up', flush=True)\ntime.sleep(1)\n"
            "told(c.commit)\ntold(lambda: c.execute('select 1'))\n"
            "time.sleep(.2)\n"
            "told(lambda: sql.connect('db').execute('select count(*) from "
            "t').fetchall())")
        self.assertEqual(started.stdout.readline(), "up\n")
        os.kill(named(started.pid, "immure-broker")[0], signal.SIGKILL)
        out, err = started.communicate(timeout=60)
        lines = [line.rstrip() for line in out.splitlines()]
        self.assertRegex(lines[0], r"OperationalError: .*(ended|is lost).*")
        self.assertRegex(lines[1], r"OperationalError: .*(ended|is lost).*")
        self.assertEqual(lines[2], "[(2,)]", err)

    def test_many_jobs(self):
        """Each has its own transaction."""
        self.table("(1, 'a')")
        jobs = [self.start(
            "c = sql.connect('db')\nfor n in range(5):\n"
            "    c.execute('insert into t values (?, ?)', (%d + n, 'x'))\n"
            "    c.commit()\nprint('done')" % (100 * at + 100),
            'time = "20s"\ntotal = "50s"') for at in range(6)]
        for job in jobs:
            out, err = job.communicate(timeout=100)
            self.assertEqual(out, "done\n", err)
        self.assertIn("(604, 'x')]", self.contents())


class WithServer(Engine):
    """What holds of a server, too."""
    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = databases.start(cls.kind)
        if cls.server is None:
            raise unittest.SkipTest("the Debian package is not installed")

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.stop()

    def where(self):
        return 'uri = "%s"\npassword_file = "%s"' % (self.server.uri,
                                                     self.server.secret)

    def test_no_address_is_told(self):
        port = str(self.server.port)
        self.server.halt()
        try:
            lines = self.run_it("told(sql.connect, 'db')")
        finally:
            self.server.launch()
        self.assertRegex(lines[0], "OperationalError: no connection")
        self.assertNotIn(port, lines[0])

    def test_wrong_password(self):
        path = self.policy()
        with open(path) as file:
            text = file.read()
        with open(os.path.join(self.folder, "wrong"), "w") as file:
            file.write("wrong")
        with open(path, "w") as file:
            file.write(text.replace(self.server.secret, "wrong"))
        done = subprocess.run([IMMURE, "--policy", path, "-c",
                               HEAD + "told(sql.connect, 'db')"],
                              capture_output=True, text=True)
        self.assertRegex(done.stdout, "OperationalError: no connection")
        self.assertNotIn("app", done.stdout)

    def test_password_of_the_environment(self):
        keys = self.where().partition("\n")[0] + (
            '\npassword_env = "SHOP_PASSWORD"')
        path = os.path.join(self.folder, "env.toml")
        with open(path, "w") as file:
            file.write('[gateways.db]\nkind = "sql"\n' + keys)
        argv = [IMMURE, "--policy", path, "-c",
                HEAD + "import os\ntold(lambda: sql.connect('db').engine)\n"
                "print(dict(os.environ))"]
        done = subprocess.run(argv, capture_output=True, text=True,
                              env={"SHOP_PASSWORD": databases.PASSWORD})
        self.assertEqual(done.stdout.split(), [self.engine, "{}"],
                         done.stderr)
        done = subprocess.run(argv, capture_output=True, text=True, env={})
        self.assertEqual(done.returncode, 125)
        self.assertIn("there is no SHOP_PASSWORD", done.stderr)

    def test_restarts_within_a_statement(self):
        started = self.start(
            "c = sql.connect('db')\nprint('up', flush=True)\n"
            "told(lambda: c.execute(%r))\ntold(lambda: c.execute('select "
            "1'))\nprint('down', flush=True)\ntime.sleep(1)\n"
            "for _ in range(60):\n"
            "    try: c = sql.connect('db'); break\n"
            "    except sql.OperationalError: time.sleep(.5)\n"
            "told(lambda: c.execute('select 1').fetchall())" % self.slow,
            'time = "30s"\ntotal = "60s"')
        self.assertEqual(started.stdout.readline(), "up\n")
        time.sleep(0.7)
        self.server.halt(signal.SIGKILL if self.engine == "mariadb" else
                         signal.SIGQUIT)
        lines = [started.stdout.readline().rstrip() for _ in range(3)]
        self.server.launch()
        out, err = started.communicate(timeout=100)
        for line in lines[:2]:
            self.assertRegex(line, "OperationalError: .*[^e]$")
        self.assertEqual(out.strip(), "[(1,)]", err)

    def test_hangs(self):
        """It takes connections, by its kernel, and answers nothing."""
        started = self.start(
            "c = sql.connect('db')\nprint('up', flush=True)\ntime.sleep(.5)\n"
            "told(lambda: c.execute('select 1'))\n"
            "told(sql.connect, 'db')\nprint('down', flush=True)\n"
            "time.sleep(.5)\n"
            "told(lambda: sql.connect('db').execute('select 1').fetchall())",
            'time = "1s"')
        self.assertEqual(started.stdout.readline(), "up\n")
        pids = [self.server.process.pid, *self.children()]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            lines = [started.stdout.readline() for _ in range(3)]
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)
        out, err = started.communicate(timeout=60)
        for line in lines[:2]:
            self.assertRegex(line, "OperationalError: .*")
        self.assertEqual(out.strip(), "[(1,)]", err)

    def children(self):
        pid = self.server.process.pid
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(word) for word in file.read().split()]

    def test_liar(self):
        """A server that sends what is no protocol."""
        listener = socket.create_server(("127.0.0.1", 0))

        def lie():
            for junk in (b"", b"\xff" * 10000, b"R\xff\xff\xff\xff",
                         b"\x4a\0\0\0\x0a5.5.5\0" + b"A" * 100,
                         os.urandom(60000)):
                sock, _ = listener.accept()
                with sock:
                    sock.settimeout(1)
                    try:
                        sock.sendall(junk)
                        sock.recv(1000)
                    except OSError:
                        pass
        thread = threading.Thread(target=lie, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        path = self.policy('time = "2s"')
        with open(path) as file:
            text = file.read()
        with open(path, "w") as file:
            file.write(text.replace(":%d/" % self.server.port, ":%d/" % port))
        done = subprocess.run(
            [IMMURE, "--policy", path, "-c", HEAD +
             "for _ in range(5): told(sql.connect, 'db')"],
            capture_output=True, text=True)
        listener.close()
        self.assertEqual(done.stdout.count("OperationalError: "), 5,
                         done.stdout + done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root reads such a process")
    def test_secrets_are_in_no_guest(self):
        started = self.start("c = sql.connect('db')\nc.execute('select 1')\n"
                             "print('up', flush=True)\ntime.sleep(20)")
        self.assertEqual(started.stdout.readline(), "up\n")
        try:
            zygotes = named(started.pid, "immure-zygote")
            self.assertGreaterEqual(len(zygotes), 2)
            for secret in (databases.PASSWORD, "127.0.0.1:%d"
                           % self.server.port):
                for pid in zygotes:
                    self.assertFalse(memory_holds(pid, secret.encode()))
        finally:
            started.kill()
            started.communicate()
