"""Servers of the tests' own, on loopback: HTTP that misbehaves, and DNS."""
import gzip
import http.server
import json
import socket
import socketserver
import struct
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the path: see the methods named page_*."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path,
                                 dict(self.headers), self.body))
        name, _, self.rest = self.path.lstrip("/").partition("/")
        page = getattr(self, "page_" + name.partition("?")[0], self.page_)
        try:
            page()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any
    do_OPTIONS = handle_any

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def page_(self):
        self.answer(200, b"hello " + self.path.encode(), X_Server="test")

    def page_lines(self):
        self.answer(200, b"one\ntwo\nthree")

    def page_echo(self):
        self.answer(200, json.dumps({
            "method": self.command, "path": self.path,
            "headers": dict(self.headers),
            "body": self.body.decode("latin-1")}).encode(),
            Content_Type="application/json")

    def page_mirror(self):
        self.answer(200, X_Mirror=self.headers.get("X-Token", ""))

    def page_status(self):
        self.answer(int(self.rest), b"status " + self.rest.encode())

    def page_to(self):
        """/to/STATUS/URL"""
        status, _, url = self.rest.partition("/")
        self.answer(int(status), b"elsewhere", Location=url)

    def page_loop(self):
        self.answer(302, Location="/loop/" + self.rest + "x")

    def page_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b".")
            time.sleep(0.1)

    def page_silent(self):
        time.sleep(20)

    def page_slowheaders(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(1000):
            self.wfile.write(b"X-%d: y\r\n" % i)
            time.sleep(0.1)

    def page_big(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(200):
            self.wfile.write(b"x" * 100000)
        self.close_connection = True

    def page_gzip(self):
        self.answer(200, gzip.compress(b"x" * 100000000),
                    Content_Encoding="gzip")

    def page_transfergzip(self):
        data = gzip.compress(b"x" * 100000000)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, "
                         b"chunked\r\n\r\n%x\r\n" % len(data) + data
                         + b"\r\n0\r\n\r\n")
        self.close_connection = True

    def page_chunks(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                         b"Trailer: X-T\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n"
                         b"X-T: t\r\n\r\n")

    def page_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(100000):
            self.wfile.write(b"X-%d: %s\r\n" % (i, b"y" * 100))

    def page_interim(self):
        for _ in range(100000):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n")

    def page_garbage(self):
        self.wfile.write(b"\x00\xff garbage\r\n\r\n" * 10)
        self.close_connection = True

    def page_old(self):
        self.wfile.write(b"no headers at all")
        self.close_connection = True

    def page_latin(self):
        self.wfile.write(b"HTTP/1.1 200 \xe9\r\nX-L: caf\xe9 \x01\r\n"
                         b"Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n"
                         b"Connection: close\r\nContent-Length: 0\r\n\r\n")
        self.close_connection = True


class HTTPServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def stop(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass


def start_http(address="127.0.0.1", context=None):
    """A server in threads: .port, .seen, .stop()."""
    server = HTTPServer((address, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.seen = []
    server.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class DNS:
    """names: {name: [[addresses of the first answer], [of the next], ...]};
    the last one stays.  None: no answer at all."""

    def __init__(self, names):
        self.names, self.asked = names, []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.turns = {}
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        self.sock.close()

    def serve(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(4096)
            except OSError:
                return
            reply = self.reply(data)
            if reply:
                self.sock.sendto(reply, peer)

    def reply(self, data):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode().lower())
            at += 1 + data[at]
        kind = struct.unpack(">H", data[at + 1:at + 3])[0]
        name, question = ".".join(labels), data[12:at + 5]
        self.asked.append((name, kind))
        if name not in self.names:
            return data[:2] + b"\x81\x83" + data[4:6] + bytes(6) + question
        turn = self.turns.get((name, kind), 0)
        self.turns[name, kind] = turn + 1
        turns = self.names[name]
        if turns is None:
            return None
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        found = [socket.inet_pton(family, address)
                 for address in turns[min(turn, len(turns) - 1)]
                 if family and (":" in address) == (kind == 28)]
        rows = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0,
                                                  len(address)) + address
                        for address in found)
        return (data[:2] + b"\x81\x80" + data[4:6]
                + struct.pack(">HHH", len(found), 0, 0) + question + rows)
