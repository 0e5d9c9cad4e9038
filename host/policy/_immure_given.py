"""The files of [files]: from what a policy names to files of this machine.

An item is NAME=PATH.  NAME is relative to /job or /lib; one that ends in a
slash is a folder's.  Functions raise ValueError with what is wrong."""
import os
import stat

HOMES = {"read_only": "/job", "read_write": "/job", "library": "/lib"}
ENTRIES_MAX, DEPTH_MAX = 5000, 64
BYTES_MAX = 1 << 30  # of all together


def split(item):
    """(NAME in one spelling, PATH)."""
    name, equals, path = item.partition("=")
    path = path if equals else name
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or not parts or not path:
        raise ValueError("is no NAME=PATH with a name that is relative and "
                         "without \"..\": write, for example, "
                         "\"data.csv=/srv/data.csv\"")
    return "/".join(parts) + "/" * name.endswith("/"), path


def items(files):
    """(key, item) of all that a policy gives."""
    return [(key, item) for key in HOMES for item in files[key]]


def place(key, item):
    """Where a guest finds it."""
    return HOMES[key] + "/" + split(item)[0].rstrip("/")


def above(path):
    """The folders that a place is in."""
    parts = path.split("/")
    return ["/".join(parts[:at]) for at in range(2, len(parts))]


def find(files, origins, fail):
    """Make each item one of a file, NAME=PATH with an absolute PATH, or of a
    folder, NAME/=PATH.  fail(key, item, message) raises."""
    budget = {"entries": 0, "bytes": 0}
    for key in HOMES:
        found = []
        for item in files[key]:
            name, path = split(item)
            try:
                for new in _expand(name, os.path.abspath(path), budget):
                    found.append(new)
                    origins["files.%s.%s" % (key, new)] = \
                        origins["files.%s.%s" % (key, item)]
            except ValueError as error:
                fail(key, item, str(error))
        files[key] = found


def _expand(name, path, budget, depth=0):
    """NAME=PATH, and what is below it."""
    try:
        mode = os.lstat(path)
    except OSError as error:
        raise ValueError("%s: %s" % (path, error.strerror)) from None
    _count(path, mode, budget)
    if not name.endswith("/"):
        yield name + "=" + path
        if stat.S_ISDIR(mode.st_mode):
            raise ValueError("%s is a folder: write \"%s/=PATH\" to give it "
                             "with all that is below it" % (path, name))
        return
    if not stat.S_ISDIR(mode.st_mode):
        raise ValueError("%s is no folder: write \"%s=PATH\" for a file"
                         % (path, name.rstrip("/")))
    yield name + "=" + path
    if depth == DEPTH_MAX:
        raise ValueError("%s is too deep" % path)
    for entry in _entries(path):
        if "=" in entry.name:
            raise ValueError("%s has a = in its name" % entry.path)
        below = entry.is_dir(follow_symlinks=False)
        yield from _expand(name + entry.name + "/" * below, entry.path,
                           budget, depth + 1)


def _entries(path):
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise ValueError("%s: %s" % (path, error.strerror)) from None


def _count(path, mode, budget):
    if stat.S_ISLNK(mode.st_mode):
        raise ValueError("%s is a link, which is not given" % path)
    if not stat.S_ISDIR(mode.st_mode) and not stat.S_ISREG(mode.st_mode):
        raise ValueError("%s is neither a file nor a folder" % path)
    if any(c < " " or c == "\x7f" or "\ud800" <= c < "\ue000" for c in path):
        raise ValueError("%s has a name that is no text" % ascii(path))
    budget["entries"] += 1
    budget["bytes"] += mode.st_size if stat.S_ISREG(mode.st_mode) else 0
    if budget["entries"] > ENTRIES_MAX:
        raise ValueError("over %d files and folders" % ENTRIES_MAX)
    if budget["bytes"] > BYTES_MAX:
        raise ValueError("%s: over %dG together" % (path, BYTES_MAX >> 30))
