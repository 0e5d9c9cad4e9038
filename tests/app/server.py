"""An `immure app` of a test's own, and raw HTTP to talk to it with."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../.."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", TOP + "/build"))
PACKAGES = "/usr/lib/python3/dist-packages"


def has(package):
    return os.path.isdir(os.path.join(PACKAGES, package)) or \
        os.path.exists(os.path.join(PACKAGES, package + ".py"))


class Server:
    """immure app over folders of apps/, or over {file: text}s."""

    def __init__(self, *apps, options=()):
        self.work = tempfile.mkdtemp()
        self.folders = [self.make(at, app) for at, app in enumerate(apps)]
        self.errors_path = os.path.join(self.work, "errors.log")
        self.access_path = os.path.join(self.work, "access.log")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "immure"), "app", "--listen", "127.0.0.1:0",
             "--error-log", self.errors_path,
             "--access-log", self.access_path, *options, *self.folders],
            stdin=subprocess.DEVNULL)
        self.port = int(self.wait_log(r"listening on 127\.0\.0\.1:(\d+)")[1])

    def make(self, at, app):
        folder = os.path.join(self.work, "app%d" % at)
        if isinstance(app, str):     # a path may be absolute
            shutil.copytree(os.path.join(HERE, "apps", app), folder)
            return folder
        os.mkdir(folder)
        for name, text in app.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        return folder

    def write(self, name, text, at=0):
        path = os.path.join(self.folders[at], name)
        with open(path + ".new", "w") as file:
            file.write(text)
        os.rename(path + ".new", path)

    def errors(self):
        try:
            with open(self.errors_path) as file:
                return file.read()
        except OSError:
            return ""

    def access(self):
        with open(self.access_path) as file:
            return file.read()

    def wait_log(self, pattern, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.errors())
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError("not in the error log: %s\n%s" % (
            pattern, self.errors()))

    def wait_ready(self, path="/", host="localhost", status=200):
        for _ in range(300):
            if self.get(path, host=host).status == status:
                return
            time.sleep(0.1)
        raise AssertionError("not ready:\n" + self.errors())

    def connect(self, timeout=40):
        return Connection(self.port, timeout)

    def get(self, path="/", host="localhost", **headers):
        with self.connect() as c:
            return c.request("GET", path, host=host, **headers)

    def processes(self):
        """{pid: parent} of all below it."""
        found, parents = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    parents[int(pid)] = int(
                        file.read().rpartition(")")[2].split()[1])
            except OSError:
                pass
        todo = [self.process.pid]
        while todo:
            parent = todo.pop()
            for pid, its in parents.items():
                if its == parent:
                    found[pid] = parent
                    todo.append(pid)
        return found

    def part(self, which):
        """pids of the supervisor, the zygotes, or the guests."""
        tree = self.processes()
        depth = {"supervisor": 1, "zygotes": 2, "guests": 3}[which]

        def depth_of(pid):
            n = 0
            while pid != self.process.pid:
                pid, n = tree[pid], n + 1
            return n
        return [pid for pid in tree if depth_of(pid) == depth]

    def stop(self):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        shutil.rmtree(self.work, ignore_errors=True)
        return status

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print("# " + self.errors()[-3000:].replace("\n", "\n# "),
                  file=sys.stderr)
        self.stop()


class Response:
    def __init__(self, status, headers, body, text):
        self.status, self.headers = status, headers
        self.body, self.text = body, text

    def all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name):
        found = self.all(name)
        return found[0] if found else None


class Connection:
    def __init__(self, port, timeout=40):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def request(self, method="GET", path="/", body=None, host="localhost",
                **headers):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + host]
        if body is not None:
            lines.append("Content-Length: %d" % len(body))
        lines += ["%s: %s" % (name.replace("_", "-"), value)
                  for name, value in headers.items()]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
                  + (body or b""))
        return self.read(method)

    def more(self):
        data = self.socket.recv(65536)
        self.data += data
        return bool(data)

    def read(self, method="GET"):
        """The next response, without a 100."""
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                raise EOFError(self.data)
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        first, *lines = text.split("\r\n")
        status = int(first.split(" ")[1])
        headers = [(name.lower(), value.strip()) for name, _, value in (
            line.partition(":") for line in lines)]
        fields = dict(headers)
        if status == 100:
            return self.read(method)
        if method == "HEAD" or status in (204, 304):
            body = b""
        elif fields.get("transfer-encoding") == "chunked":
            body = self.read_chunks()
        elif "content-length" in fields:
            body = self.read_exactly(int(fields["content-length"]))
        else:
            while self.more():
                pass
            body, self.data = self.data, b""
        return Response(status, headers, body, text)

    def read_exactly(self, n):
        data = bytearray(self.data)
        while len(data) < n:
            more = self.socket.recv(1 << 20)
            if not more:
                raise EOFError("%d of %d bytes" % (len(data), n))
            data += more
        self.data = bytes(data[n:])
        return bytes(data[:n])

    def read_line(self):
        while b"\r\n" not in self.data:
            if not self.more():
                raise EOFError(self.data)
        line, _, self.data = self.data.partition(b"\r\n")
        return line

    def read_chunk(self):
        n = int(self.read_line(), 16)
        data = self.read_exactly(n)
        self.read_line()
        return data

    def read_chunks(self):
        body = b""
        while True:
            chunk = self.read_chunk()
            if not chunk:
                return body
            body += chunk

    def is_closed(self):
        """Whether the server ends it, once all that it sends is read."""
        try:
            while self.more():
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
