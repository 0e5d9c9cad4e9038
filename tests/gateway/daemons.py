"""Real servers on loopback, for tests and measurements: memcached, redis,
MariaDB.  Each is started on a free port, in a folder of its own, and ended by
its pid."""
import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time

# Loopback, and a text that is nowhere by chance.
HOST = "127.83.61.7"


def free_port():
    with socket.socket() as s:
        s.bind((HOST, 0))
        return s.getsockname()[1]


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "")
                        + ":/usr/sbin:/usr/bin:/usr/local/bin")


class Server:
    """A process that listens on `port`; its folder goes with it."""

    needs = ()

    @classmethod
    def is_there(cls):
        return all(program(name) for name in cls.needs)

    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="immure-test-")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.process = None
        atexit.register(self.end)
        self.prepare()
        self.start()

    def prepare(self):
        """What comes before the first start."""

    def start(self):
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, cwd=self.folder, start_new_session=True)
        self.wait()

    def wait(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection((HOST, self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.log.seek(0)
        raise RuntimeError("%s does not listen:\n%s"
                           % (self.command()[0], self.log.read()[-2000:]))

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def end(self):
        atexit.unregister(self.end)
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Memcached(Server):
    needs = ("memcached",)

    def command(self):
        user = ["-u", "root"] if os.geteuid() == 0 else []
        return [program("memcached"), *user, "-l", HOST, "-p", str(self.port),
                "-m", "16", "-t", "1"]


class Redis(Server):
    needs = ("redis-server",)
    password = "pass word%1"

    def command(self):
        return [program("redis-server"), "--port", str(self.port), "--bind",
                HOST, "--requirepass", self.password, "--save", "",
                "--appendonly", "no", "--dir", self.folder]


class MariaDB(Server):
    """With the accounts `app` (mysql_native_password) and `ed` (ed25519), and
    the database `shop`, which is theirs."""

    needs = ("mariadbd", "mariadb-install-db", "mariadb")
    password = "native-Pa55word"
    ed_password = "ed25519-Pa55word"

    def prepare(self):
        self.socket = os.path.join(self.folder, "sock")
        self.data = os.path.join(self.folder, "data")
        self.user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            [program("mariadb-install-db"), "--no-defaults",
             "--datadir=" + self.data, "--skip-test-db",
             "--auth-root-authentication-method=normal", *self.user],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            check=True)

    def command(self):
        return [program("mariadbd"), "--no-defaults", "--datadir=" + self.data,
                "--bind-address=" + HOST, "--port=%d" % self.port,
                "--socket=" + self.socket, "--innodb-buffer-pool-size=16M",
                "--plugin-load-add=auth_ed25519", *self.user]

    def start(self):
        super().start()
        self.run("CREATE DATABASE IF NOT EXISTS shop;"
                 "CREATE USER IF NOT EXISTS app@'%%' IDENTIFIED BY '%s';"
                 "GRANT ALL ON shop.* TO app@'%%';"
                 "CREATE USER IF NOT EXISTS ed@'%%' IDENTIFIED VIA ed25519 "
                 "USING PASSWORD('%s');"
                 "GRANT ALL ON shop.* TO ed@'%%';"
                 % (self.password, self.ed_password))

    def run(self, sql):
        """What the client prints, as root."""
        return subprocess.run(
            [program("mariadb"), "--no-defaults", "-S", self.socket, "-u",
             "root", "-N", "-e", sql], capture_output=True, text=True,
            check=True, timeout=60).stdout
