import os
import os.path

import immure

assert os.getcwd() == "/job" and os.getcwdb() == b"/job"
assert os.getpid() == 2 and os.getppid() == 1 and os.cpu_count() == 1
assert os.getuid() == os.geteuid() == os.getgid() == os.getegid() == 65534
assert os.getgroups() == [65534]
assert len(os.urandom(8)) == 8 and os.sep == "/" and os.name == "posix"
assert os.getenv("PATH") is None and "HOME" not in os.environ
os.environ["NEW"] = "é"
assert os.getenv("NEW") == "é" and os.environb[b"NEW"] == "é".encode()
del os.environ["NEW"]
assert os.environ.get("NEW") is None and os.environ.pop("NEW", 1) == 1
assert os.path.abspath("a/../b") == "/job/b" and os.path.realpath("x") == "/job/x"
assert os.path.join("a", "b") == "a/b" and os.path.splitext("a.b") == ("a", ".b")
assert os.path.expanduser("~/x") == "~/x" and os.path.relpath("/job/a") == "a"
assert os.fspath("x") == "x" and os.fsencode("é") == b"\xc3\xa9"
assert os.strerror(2) == "No such file or directory"
assert isinstance(os.environ, os._Environ)
refused = {
    "system": ("true",), "popen": ("true",), "fork": (), "kill": (1, 0),
    "putenv": ("A", "B"), "uname": (), "mkfifo": ("x",), "chroot": ("/",),
    "execv": ("/bin/true", ["true"]), "execvp": ("true", ["true"]),
    "spawnl": (0, "true", "true"), "memfd_create": ("x",),
    "getsid": (0,), "_exit": (0,), "setuid": (0,), "pipe": (),
}
for name, args in refused.items():
    try:
        getattr(os, name)(*args)
    except immure.JailDenied as error:
        assert error.rule == "posix." + name, (name, error.rule)
        assert isinstance(error, PermissionError) and "os." + name in str(error)
    else:
        raise AssertionError("os.%s() was not refused" % name)
