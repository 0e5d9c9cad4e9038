"""Random calls by name: os, os.path, pathlib, shutil, glob, tempfile."""
import filecmp
import glob
import shutil
import tempfile


def sorted_entries(path=None):
    """os.scandir() in the order of the names: a file system has any order."""
    with os.scandir(path) if path is not None else os.scandir() as entries:
        return sorted(entries, key=lambda entry: entry.name)


class Ordered:
    """What os.scandir() gives, in the order of the names, for the library."""

    def __init__(self, scandir, path):
        with scandir(path) as entries:
            self.entries = iter(sorted(entries, key=lambda e: e.name))

    def __iter__(self):
        return self.entries

    def __next__(self):
        return next(self.entries)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        pass

    def close(self):
        pass


def order_library():
    """The library walks folders in the order of names from now on."""
    scandir, listdir = os.scandir, os.listdir
    os.scandir = lambda path=".": Ordered(scandir, path)
    os.listdir = lambda path=".": sorted(listdir(path))
    return scandir, listdir

HUGE = (2**31, 2**62, 2**63 - 1)    # to tmpfs holes are free


class Names:
    """Calls by name; each returns (text of the call, outcome)."""

    def __init__(self, values):
        self.v = values

    def call(self, function, *args, **kwargs):
        name = getattr(function, "__qualname__", repr(function))
        told = [brief(a) for a in args] + ["%s=%s" % (key, brief(a))
                                           for key, a in kwargs.items()]
        return ("%s(%s)" % (name, ", ".join(told)),
                outcome(function, *args, **kwargs))

    # --- os -------------------------------------------------------------------

    def look(self):
        v = self.v
        path = v.looked()
        f = v.pick((os.stat, os.stat, os.lstat, os.readlink, os.access,
                    os.listdir, os.scandir, os.statvfs, os.listxattr,
                    os.getxattr, os.chdir))
        if f is os.access:
            path = v.changed()
            more = v.folder(path)
            if v.chance(5):
                more["follow_symlinks"] = v.chance(2)
            if v.chance(9):
                more["effective_ids"] = v.chance(2)
            return self.call(f, path, v.below(9) - 1, **more)
        if f is os.listdir:
            return self.call(lambda p: sorted(os.listdir(p)), path)
        if f is os.scandir:
            return self.call(sorted_entries, path)
        if f is os.getxattr:
            return self.call(f, path, "other.a")
        if f is os.chdir:
            return self.call(f, path)
        more = v.folder(path) if f in (os.stat, os.lstat, os.readlink) else {}
        if f is os.stat and v.chance(4):
            more["follow_symlinks"] = False
        if f is os.stat and v.chance(8):
            path = v.fd()
        return self.call(f, path, **more)

    def path_question(self):
        v = self.v
        path = v.looked()
        f = v.pick((os.path.exists, os.path.lexists, os.path.isfile,
                    os.path.isdir, os.path.islink, os.path.ismount,
                    os.path.getsize, os.path.realpath, os.path.abspath,
                    os.path.samefile, os.getcwd, os.getcwdb, os.walk, os.fwalk,
                    os.path.expanduser))
        if f in (os.getcwd, os.getcwdb):
            return self.call(f)
        if f is os.path.samefile:
            return self.call(f, path, v.looked())
        if f is os.path.realpath and v.chance(3):
            return self.call(f, path, strict=True)
        if f is os.walk:
            more = {"topdown": v.chance(2), "followlinks": False}
            return self.call(lambda p, **m: list(os.walk(p, **m))[:200], path,
                             **more)
        if f is os.fwalk:
            return self.call(lambda p: [row[:3] for row in os.fwalk(p)][:200],
                             path)
        return self.call(f, path)

    def make(self):
        v = self.v
        path = v.changed()
        f = v.pick((os.mkdir, os.mkdir, os.makedirs, os.symlink, os.link))
        if f is os.mkdir:
            if v.chance(3):
                return self.call(f, path, v.pick(MODES), **v.folder(path))
            return self.call(f, path, **v.folder(path))
        if f is os.makedirs:
            return self.call(f, path, exist_ok=v.chance(2))
        if f is os.symlink:
            return self.call(f, v.target(), path, **v.folder(path))
        more = {"follow_symlinks": v.chance(2)} if v.chance(4) else {}
        if v.chance(6) and v.fds:
            more["src_dir_fd"] = v.pick(v.fds)
        return self.call(f, v.changed(), path, **more)

    def remove(self):
        v = self.v
        f = v.pick((os.remove, os.unlink, os.rmdir, os.removedirs))
        path = v.changed()
        more = {} if f is os.removedirs else v.folder(path)
        return self.call(f, path, **more)

    def move(self):
        v = self.v
        f = v.pick((os.rename, os.rename, os.replace, os.renames))
        more = {}
        if f is not os.renames and v.chance(6) and v.fds:
            more[v.pick(("src_dir_fd", "dst_dir_fd"))] = v.pick(v.fds)
        return self.call(f, v.changed(), v.changed(), **more)

    def set(self):
        v = self.v
        path = v.fd() if v.chance(6) else v.changed()
        f = v.pick((os.chmod, os.chmod, os.chown, os.lchown, os.utime,
                    os.utime, os.truncate, os.umask))
        if f is os.chmod:
            more = v.folder(path)
            if v.chance(9) and not more and self.is_link_or_missing(path):
                more["follow_symlinks"] = False
            return self.call(f, path, v.pick(MODES), **more)
        if f in (os.chown, os.lchown):
            return self.call(f, path, v.pick((-1, 1000, 0, 65534, -2, 2**32)),
                             v.pick((-1, 1000, 0, 2**31)))
        if f is os.truncate:
            size = v.pick(OFFSETS)
            return self.call(f, path, 7 if size in HUGE else size)
        if f is os.umask:
            return self.call(f, v.pick((0o22, 0o22, 0, 0o77, 0o777)))
        more = v.folder(path)
        if v.chance(4):
            more["follow_symlinks"] = v.chance(2)
        if v.chance(2):
            more["ns"] = (v.pick(TIMES_NS), v.pick(TIMES_NS))
        if v.chance(8):
            more["times"] = None
            return self.call(f, path, **more)
        if "ns" in more and not v.chance(20):
            return self.call(f, path, **more)
        return self.call(f, path, (v.pick(TIMES), v.pick(TIMES)), **more)

    @staticmethod
    def is_link_or_missing(path):
        """Other files need /proc for that in glibc, and here is none."""
        try:
            return os.path.islink(path) or not os.path.lexists(path)
        except (TypeError, ValueError):
            return False

    # --- pathlib ----------------------------------------------------------------

    def path(self):
        v = self.v
        text = v.text()
        try:
            path = pathlib.Path(text)
        except ValueError:
            return "", ""
        name = v.pick(("exists", "is_file", "is_dir", "is_symlink", "is_mount",
                       "is_socket", "is_fifo", "is_block_device", "stat",
                       "lstat", "owner", "group", "resolve", "absolute",
                       "readlink", "read_text", "read_bytes", "iterdir",
                       "samefile", "expanduser", "glob", "rglob"))
        told = "Path(%r).%s" % (text[:60], name)
        method = getattr(path, name)
        if name in ("owner", "group"):
            return "", ""
        if name == "samefile":
            return self.call(lambda other: (told, method(other))[1], v.looked())
        if name == "resolve":
            return self.call(lambda strict: (told, method(strict))[1],
                             v.chance(2))
        if name in ("glob", "rglob"):
            pattern = v.pick(("*", "**", "**/*", "a", "*/a", "a/*", ".*", "*.txt",
                              "[ab]", "**/b", "", "/a", "../*", "c.*"))
            return told + repr(pattern), outcome(
                lambda: sorted(method(pattern))[:100])
        if name == "iterdir":
            return told, outcome(lambda: sorted(method()))
        return told, outcome(method)

    def path_changes(self):
        v = self.v
        text = v.text()
        text = v.inside(text)
        try:
            path = pathlib.Path(text)
        except ValueError:
            return "", ""
        name = v.pick(("touch", "mkdir", "unlink", "rmdir", "rename", "replace",
                       "symlink_to", "hardlink_to", "write_text", "write_bytes",
                       "chmod", "lchmod", "open"))
        args, more = (), {}
        if name == "touch":
            more = {"exist_ok": v.chance(2), "mode": v.pick(MODES)}
        elif name == "mkdir":
            more = {"exist_ok": v.chance(2), "parents": v.chance(2)}
        elif name == "unlink":
            more = {"missing_ok": v.chance(2)}
        elif name in ("rename", "replace", "hardlink_to"):
            args = (v.changed(),)
        elif name == "symlink_to":
            args = (v.target(),)
        elif name == "lchmod" and not self.is_link_or_missing(path):
            return "", ""
        elif name == "write_text":
            args = (v.line(),)
        elif name == "write_bytes":
            args = (v.buffer(),)
        elif name in ("chmod", "lchmod"):
            args = (v.pick(MODES),)
        told = "Path(%r).%s(%s, %r)" % (text[:60], name, brief(list(args)),
                                        more)
        return told[:300], outcome(getattr(path, name), *args, **more)

    # --- shutil, glob, tempfile ------------------------------------------------

    def copy(self):
        v = self.v
        f = v.pick((shutil.copyfile, shutil.copy, shutil.copy2, shutil.copymode,
                    shutil.copystat))
        more = {"follow_symlinks": False} if v.chance(4) else {}
        return self.call(f, v.changed(), v.changed(), **more)

    def trees(self):
        v = self.v
        f = v.pick((shutil.copytree, shutil.rmtree, shutil.rmtree, shutil.move,
                    shutil.disk_usage, filecmp.cmp, shutil.which))
        if f is shutil.copytree:
            source, to = v.text(), v.text()
            if self.overlap(source, to):
                return "", ""
            return self.call(f, source, to, symlinks=v.chance(2)
                             or self.has_linked_folder(),
                             dirs_exist_ok=v.chance(2))
        if f is shutil.rmtree:
            path = v.changed()
            if v.chance(2):
                return self.call(f, path, ignore_errors=True)
            return self.call(f, path)
        if f is shutil.move:
            source, to = v.text(), v.text()
            if self.overlap(source, to):
                return "", ""
            return self.call(f, source, to)
        if f is shutil.disk_usage:
            return self.call(lambda p: len(shutil.disk_usage(p)), v.looked())
        if f is filecmp.cmp:
            filecmp.clear_cache()
            return self.call(f, v.looked(), v.looked(), False)
        return self.call(f, v.pick(("a", "c.txt")), path=v.text())

    @staticmethod
    def has_linked_folder():
        """What follows links may go round until there are 40 in a path."""
        return any(os.path.islink(os.path.join(folder, name))
                   for top in ("/job", "/tmp")
                   for folder, names, _ in os.walk(top) for name in names)

    def overlap(self, *texts):
        """Into itself a tree is copied without end, and what a fence keeps is
        not for these."""
        try:
            real = [os.path.realpath(text) for text in texts]
        except (OSError, ValueError):
            return True
        return (any(self.v.is_fenced(text) for text in texts)
                or os.path.commonpath(real) in real)

    def find(self):
        v = self.v
        pattern = v.pick(("*", "**", "a/*", "*/*", "**/a", "[a-c]*", "/tmp/*",
                          "/job/**", "../*", ".*", "c.*", "*/", "**/", "?",
                          "\udc80*", b"*", b"a/*"))
        more = {"recursive": v.chance(2) and not self.has_linked_folder()}
        if v.chance(4):
            more["root_dir"] = v.text()
        if v.chance(6) and v.fds:
            more["dir_fd"] = v.pick(v.fds)
        return self.call(lambda *a, **m: sorted(glob.glob(*a, **m))[:200],
                         pattern, **more)

    def temporary(self):
        v = self.v
        f = v.pick((tempfile.mkstemp, tempfile.mkdtemp, tempfile.mktemp))
        more = {"dir": v.pick((None, None, ".", v.text())),
                "prefix": v.pick(("tmp", "", b"b"))}
        if more["dir"] is not None and v.is_fenced(more["dir"] + "/t"):
            return "", ""
        told, result = self.call(f, **more)
        if f is tempfile.mkstemp and result.startswith("["):
            v.fds.append(int(result[1:].split(",")[0]))
        return told, result
