"""Real servers for the tests of the kind sql, on loopback, from Debian's
packages: each with a user `app`, whose password is PASSWORD, and a database
`shop`.  start() says None where a package is not there."""
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PASSWORD = "pass-7Kd2 w'rd"
WAIT_SECONDS = 60


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def as_nobody():
    """Neither server runs as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


class Server:
    """One server with a folder of its own; stop() ends and removes it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="immure-db-")
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "data")
        os.mkdir(self.data, 0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, "nobody", "nogroup")
            shutil.chown(self.folder, "nobody", "nogroup")
        self.log = os.path.join(self.folder, "log")
        self.port = free_port()
        self.process = None
        self.secret = os.path.join(self.folder, "secret")
        with open(self.secret, "w") as file:
            file.write(PASSWORD + "\n")

    def run(self, *argv, **options):
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       cwd=self.folder, **as_nobody(), **options)

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=self.folder, **as_nobody())
        end = time.monotonic() + WAIT_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.log) as log:
                    raise AssertionError("no server: " + log.read()[-2000:])
            time.sleep(0.05)

    def halt(self, how=None):
        self.process.send_signal(how or self.END)
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Server):
    engine, END = "postgresql", signal.SIGINT

    @staticmethod
    def program(name):
        return max(glob.glob("/usr/lib/postgresql/*/bin/" + name),
                   default=None)

    def set_up(self):
        secret = os.path.join(self.data, "..", "secret")
        self.run(self.program("initdb"), "-D", self.data, "-U", "app", "-A",
                 "scram-sha-256", "--pwfile", secret, "--no-sync", "-E",
                 "UTF8", "--locale=C")
        self.launch()
        self.sql("create database shop", "postgres")

    def command(self):
        return [self.program("postgres"), "-D", self.data, "-h", "127.0.0.1",
                "-p", str(self.port), "-k", self.folder, "-F", "-c",
                "max_connections=60"]

    def is_ready(self):
        return subprocess.run(
            [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p",
             str(self.port)]).returncode == 0

    def sql(self, text, database="shop"):
        self.run(self.program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h",
                 "127.0.0.1", "-p", str(self.port), "-U", "app", database,
                 "-c", text, env={"PGPASSWORD": PASSWORD, "PATH": "/usr/bin"})

    @property
    def uri(self):
        return "postgresql://app@127.0.0.1:%d/shop" % self.port


class MariaDB(Server):
    engine, END = "mariadb", signal.SIGTERM

    @staticmethod
    def program(name):
        return shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")

    def set_up(self):
        self.run(self.program("mariadb-install-db"), "--no-defaults",
                 "--datadir=" + self.data, "--skip-test-db",
                 "--auth-root-authentication-method=normal",
                 "--skip-name-resolve")
        self.launch()
        password = PASSWORD.replace("'", "''")
        self.sql("create database shop character set utf8mb4; create user "
                 "app@'%%' identified by '%s'; grant all on shop.* to "
                 "app@'%%'" % password, "mysql")

    def command(self):
        return [self.program("mariadbd"), "--no-defaults",
                "--datadir=" + self.data, "--bind-address=127.0.0.1",
                "--port=%d" % self.port, "--socket=%s/s" % self.folder,
                "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=16M", "--pid-file=%s/pid"
                % self.folder]

    def is_ready(self):
        return subprocess.run(
            [self.program("mariadb-admin"), "--no-defaults", "-uroot", "-s",
             "-S", self.folder + "/s", "ping"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0

    def sql(self, text, database="shop"):
        self.run(self.program("mariadb"), "--no-defaults", "-uroot", "-S",
                 self.folder + "/s", database, "-e", text)

    @property
    def uri(self):
        return "mysql://app@127.0.0.1:%d/shop" % self.port


def start(kind):
    """A server of that class; None: its package is not installed."""
    first = {Postgres: "initdb", MariaDB: "mariadbd"}[kind]
    if kind.program(first) is None:
        return None
    server = kind()
    try:
        server.set_up()
    except subprocess.CalledProcessError as error:
        server.stop()
        raise AssertionError(error.stdout.decode()[-2000:]) from None
    except BaseException:
        server.stop()
        raise
    return server
