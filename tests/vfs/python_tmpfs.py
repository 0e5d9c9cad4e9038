"""Plain Python over a tmpfs of its own: python_tmpfs.py [ARGUMENTS] <PROGRAM

The program of stdin is run as the ordinary user that a guest's files belong to,
with the folders that a guest has, and nothing else.  Exit status 77: this
machine lets us have no tmpfs.
"""
import ctypes
import os
import resource
import sys

# All that the program and the library below it may want to import later.
import csv, encodings.ascii, encodings.cp1252, encodings.idna  # noqa: E401
import encodings.shift_jis, encodings.latin_1, encodings.utf_16
import encodings.utf_32_le, encodings.utf_8_sig, encodings.hex_codec
import binascii, filecmp, glob, io, itertools, pathlib, random, shutil
import stat, tempfile, warnings, bz2, lzma, zlib, gzip, zipfile, tarfile
import ntpath, fnmatch, contextlib, gc, linecache, fileinput

USER = 1000
NEWUSER, NEWNS, PRIVATE_TREE = 0x10000000, 0x20000, 0x44000
CAPABILITY_VERSION_3 = 0x20080522
OPEN = 1024

libc = ctypes.CDLL(None, use_errno=True)


def check(status):
    if status != 0:
        print("no tmpfs of our own: %s" % os.strerror(ctypes.get_errno()),
              file=sys.stderr)
        sys.exit(77)


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def become_user():
    """As an ordinary user: a namespace in which we are that one."""
    uid, gid = os.getuid(), os.getgid()
    check(libc.unshare(NEWUSER | NEWNS))
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", "%d %d 1" % (USER, uid))
    write("/proc/self/gid_map", "%d %d 1" % (USER, gid))


def drop_capabilities():
    """Without them permissions count."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    check(libc.capset(header, (ctypes.c_uint32 * 6)()))


def enter():
    root = os.getuid() == 0
    if root:
        check(libc.unshare(NEWNS))
    else:
        become_user()
    check(libc.mount(None, b"/", None, PRIVATE_TREE, None))
    options = "mode=0755,uid=%d,gid=%d" % (USER, USER)
    check(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, options.encode()))
    os.chroot("/tmp")
    for name in ("job", "tmp", "lib"):
        os.mkdir("/" + name, 0o755)
        if root:
            os.chown("/" + name, USER, USER)
    os.chdir("/job")
    if root:
        os.setgroups([USER])
        os.setresgid(USER, USER, USER)
        os.setresuid(USER, USER, USER)
    drop_capabilities()
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN, OPEN))


program = compile(sys.stdin.buffer.read(), "<program>", "exec")
sys.argv[0] = "-"
sys.setrecursionlimit(1000)
enter()
exec(program, {"__name__": "__main__"})
