"""Write the seed corpus: a few well-made inputs for each fuzz target.

    tests/fuzz/seed_corpus.py [corpus]

Types and layout are those of host/wire/frame.h; files that are there already
and are found by a fuzzer have names of their own and stay."""

import os
import struct
import sys

TYPES = ("policy limits filename arg env file input globals seed code run"
         " stdout stderr result failure sealed broken denial denial_count"
         " exception trace limit end").split()


def frame(name, payload=b""):
    return struct.pack("<BBHI", 1, TYPES.index(name) + 1, 0,
                       len(payload)) + payload


def field(data):
    return struct.pack("<I", len(data)) + data


def u32(v):
    return struct.pack("<I", v)


JOB = (frame("filename", b"guest.py") + frame("arg", b"guest.py")
       + frame("arg", b"--n=3") + frame("env", b"K=V")
       + frame("file", field(b"a.csv") + field(b"1,2\n"))
       + frame("input", b"line\n") + frame("globals", b'{"n": 1}')
       + frame("seed", struct.pack("<q", -7))
       + frame("code", b"print(1 + 1)\n") + frame("run"))

DENIAL = frame("denial", u32(3) + field(b"open('x')") + field(b"gate")
               + field(b"io.open") + field(b"give the file with --file"))

# Pieces of a login: the server's, the library's.
def says(data, library=False):
    return b"".join(bytes([len(data[i:i + 100]) | 0x80 * library])
                    + data[i:i + 100] for i in range(0, len(data), 100))


def packet(number, data):
    return struct.pack("<I", len(data))[:3] + bytes([number]) + data


GREETING = packet(0, b"\x0a5.5.5-10.11\0\7\0\0\0abcdefgh\0\xfe\xff\x2d\2\0\xff\x81"
                  b"\x15\0\0\0\0\0\0\x1d\0\0\0ijklmnopqrst\0"
                  b"mysql_native_password\0")
ANSWER = packet(1, b"\x0d\xa2\x2b\0\0\0\0\1\x2d" + bytes(23)
                + b"guest\0\3pwdshop\0mysql_native_password\0")
MYSQL = b"\3" + says(GREETING) + says(ANSWER, True)
LOGIN = {
    "uri": b"\0mysql:tcp://app:a%40b@[::1]:3306/shop",
    "uri-unix": b"\0redis:unix://:pw@/run/redis.sock",
    "uri-bad": b"\0tcp://h",
    "connect": b"\1\1" + bytes(8),
    "send": b"\1\2" + bytes(8) + b"bytes",
    "recv": b"\1\3" + bytes(8) + u32(100),
    "redis": b"\2" + says(b"+OK\r\n+OK\r\n")
    + says(b"*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n", True)
    + says(b"*1\r\n$4\r\nPING\r\n", True),
    "redis-hello": b"\2" + says(b"+OK\r\n+OK\r\n")
    + says(b"*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n"
           b"$1\r\np\r\n", True),
    "redis-refused": b"\2" + says(b"-ERR no\r\n"),
    "mysql": MYSQL + says(packet(2, b"\0\0\0\2\0\0\0")),
    "mysql-switch": MYSQL + says(packet(2, b"\xfemysql_native_password\0"
                                        b"12345678901234567890\0"))
    + says(packet(4, b"\0\0\0\2\0\0\0")),
    "mysql-refused": MYSQL + says(packet(2, b"\xff\x15\4#28000no")),
}

FRAME = {
    "job": b"\0" + JOB,
    "job-bytes-behind": b"\0" + JOB + b"x",
    "job-file-cut": b"\0" + frame("file", field(b"a.csv") + b"\xff\0\0\0")
    + frame("run"),
    "job-wrong-side": b"\0" + frame("sealed") + frame("run"),
    "job-padding": b"\0\1\x0b\1\0\0\0\0\0",
    "job-too-long": b"\0\1\x0a\0\0\xff\xff\xff\xff",
    "supervisor": b"\1" + frame("stdout", b"hello\n") + frame("stderr", b"w\n")
    + frame("result", b"{}"),
    "supervisor-failure": b"\1" + frame("failure", b"\3no Landlock"),
    "guest": b"\2" + frame("sealed") + DENIAL + frame("end", b"\0\0"),
    "limits": b"\3" + struct.pack("<6Q", 2000, 5000, 1 << 28, 1 << 20,
                                  1 << 24, 0),
    "limits-short": b"\3" + bytes(47),
    "limits-long": b"\3" + bytes(49),
    "version-0": b"\2" + b"\0\x10\0\0\0\0\0\0",
    "type-0": b"\2" + b"\1\0\0\0\0\0\0\0",
    "type-255": b"\2" + b"\1\xff\0\0\0\0\0\0",
}

CLAIMS = {
    "ok": frame("sealed") + frame("end", b"\0\0"),
    "exit": frame("sealed") + frame("end", b"\1\7"),
    "broken": frame("broken", b"\3no Landlock"),
    "denied": frame("sealed") + DENIAL
    + frame("denial_count", u32(0) + u32(5)) + frame("end", b"\3\1"),
    "denial-count-of-none": frame("sealed")
    + frame("denial_count", u32(9) + u32(1)),
    "error": frame("sealed")
    + frame("trace", u32(1) + field(b"guest.py") + field(b"<module>")
            + field(b"1 / 0"))
    + frame("exception", field(b"ZeroDivisionError")
            + field(b"division by zero") + field(b"Traceback ..."))
    + frame("end", b"\2\1"),
    "not-utf-8": frame("sealed")
    + frame("exception", field(b"\xff\xfe") + field(b"\xed\xa0\x80\0")
            + field(b"\xf4\x90\x80\x80")) + frame("end", b"\2\1"),
    "globals": frame("sealed") + frame("globals", b'{"a": [1, null, "b"]}')
    + frame("end", b"\0\0"),
    "globals-not-json": frame("sealed") + frame("globals", b"{nan")
    + frame("end", b"\0\0"),
    "globals-deep": frame("sealed") + frame("globals", b"[" * 3000)
    + frame("end", b"\0\0"),
    "limit": frame("sealed") + frame("limit", b"memory")
    + frame("end", b"\2\1"),
    "before-the-seal": DENIAL + frame("end", b"\0\0"),
    "after-the-end": frame("sealed") + frame("end", b"\0\0") + DENIAL,
    "twice": frame("sealed") + frame("sealed"),
    "bad-end": frame("sealed") + frame("end", b"\xff\0"),
    "from-the-client": frame("sealed") + frame("code", b"1"),
}


def words(*of):
    return b"\0".join(w.encode() for w in of)


OPTIONS = {
    "file": b"\0" + words("--json", "--cpu", "2s", "--wall=5s", "a.py", "-x"),
    "code": b"\0" + words("-c", "print(1)", "--json"),
    "module": b"\0" + words("--memory", "64M", "-m", "timeit"),
    "lists": b"\0" + words("--file", "a", "--file", "b=c", "--env-var", "K=V",
                           "--allow-import", "x", "--", "p.py"),
    "twice": b"\0" + words("--seed", "1", "--seed", "2", "p.py"),
    "numbers": b"\0" + words("--nice", "19", "--seed", "-9223372036854775808",
                             "--report-fd", "7", "-"),
    "abbreviated": b"\0" + words("--mem", "64M", "p.py"),
    "letters": b"\0" + words("-hx"),
    "no-argument": b"\0" + words("--cpu"),
    "too-much": b"\0" + words("--json=1", "p.py"),
    "together": b"\0" + words("--json", "--explain", "p.py"),
    "host": b"\1" + words("--cpu", "1m", "--output", "1K", "p.py"),
    "host-other": b"\1" + words("--seed", "1", "p.py"),
}

POLICY = {
    "whole": b"""{"sha256": "00ff", "limits": {"cpu_ms": 2000, "wall_ms": 5000,
"memory": 268435456, "output": 1048576, "files": 16777216, "recursion": 1000},
"modules": {"allow": ["json"], "deny": []}, "names": {"allow": [], "deny": []},
"wall": {"require": ["landlock"]},
"origins": {"limits.cpu": "/srv/operator/p.toml:3", "modules.allow": "pure"}}
""",
    "empty": b"{}",
    "no-object": b"[1]",
    "negative": b'{"limits": {"cpu_ms": -1}}',
    "origins-of-numbers": b'{"origins": {"a": 1, "b": "c/d", "e": {"f": "/"}}}',
    "origins-list": b'{"origins": ["/a/b"]}',
    "cut": b'{"limits": {"cpu_ms": 2000',
    "nul": b'{"a": "\\u0000"}',
    "twice": b'{"sha256": "a", "sha256": "b"}',
}


def result(head, out, err, report):
    return bytes(head) + bytes((len(out), len(err))) + out + err + report


END_OK = frame("end", b"\0\0")

RESULT = {
    "ok": result((0, 1, 0, 0, 0, 0, 3, 0), b"1\n", b"",
                 frame("sealed") + END_OK),
    "silent": result((0, 1, 0, 0, 0, 0, 3, 0), b"", b"", frame("sealed")),
    "cpu": result((1, 0, 9, 1, 200, 3, 255, 0), b"", b"", frame("sealed")),
    "kernel": result((1, 0, 24, 3, 200, 3, 255, 0), b"", b"",
                     frame("sealed")),
    "syscall": result((0, 0, 31, 16, 0, 0, 1, 41), b"a", b"b",
                      frame("sealed")),
    "lost": result((0, 0, 9, 4, 0, 0, 1, 0), b"", b"", frame("sealed")),
    "not-utf-8": result((3, 0, 9, 1, 8, 7, 0, 0), b"\xff\xc3\x28\xf0\x9f",
                        b"\xed\xa0\x80", frame("sealed")),
    "denied": result((0, 1, 126, 0, 0, 0, 9, 0), b"", b"Traceback",
                     frame("sealed") + DENIAL + CLAIMS["error"][8:]),
    "globals": result((0, 1, 0, 0, 0, 0, 1, 0), b"", b"",
                      frame("sealed")
                      + frame("globals", b'{"verdict": "ok",\n"a": [1e999]}')
                      + END_OK),
    "globals-out": result((0, 1, 0, 0, 0, 0, 1, 0), b"", b"",
                          frame("sealed")
                          + frame("globals", b'{}, "verdict": {}') + END_OK),
    "memory": result((0, 1, 1, 0, 0, 0, 1, 0), b"", b"",
                     frame("sealed") + frame("limit", b"memory")
                     + frame("end", b"\2\1")),
}

UNITS = {name: bytes((row,)) + text for name, (row, text) in {
    "cpu": (0, b"2s"), "cpu-ms": (0, b"1500ms"), "wall": (1, b"24m"),
    "memory": (2, b"256M"), "memory-g": (2, b"64G"), "output": (3, b"1K"),
    "files": (4, b"0K"), "no-unit": (2, b"256"), "space": (2, b"1 M"),
    "overflow": (2, b"99999999999999999999M"), "sign": (0, b"-1s"),
    "fraction": (0, b"1.5s"), "other-kind": (0, b"2M"), "empty": (1, b""),
}.items()}

URLS = {name: rule + b"\n" + url for name, (rule, url) in {
    "plain": (b"GET https://a.example/v1/**", b"https://a.example/v1/x?y#z"),
    "below": (b"GET,POST http://*.a.example:8080/*",
              b"HTTP://B.A.Example:8080/x"),
    "six": (b"GET http://[::1]/**", b"http://[0:0::1]:80/"),
    "number": (b"GET http://*/**", b"http://0x7f.1/..;/%2e%2e/%252e%252f"),
    "climb": (b"GET http://a/public/**", b"http://a/public/..%5c../..%2fx"),
    "user": (b"GET http://a/", b"http://u:p@a/"),
    "zone": (b"GET http://a/", b"http://[fe80::1%25eth0]/"),
    "dots": (b"GET http://a/", b"http://a/./b/../..//c/.%2e/%2E"),
}.items()}


def main(top):
    for name, corpus in (("frame", FRAME), ("claims", CLAIMS),
                         ("login", LOGIN),
                         ("options", OPTIONS), ("policy", POLICY),
                         ("result", RESULT), ("units", UNITS),
                         ("urls", URLS)):
        os.makedirs(f"{top}/{name}", exist_ok=True)
        for slug, data in corpus.items():
            with open(f"{top}/{name}/{slug}", "wb") as f:
                f.write(data)


main(sys.argv[1] if sys.argv[1:]
     else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus"))
