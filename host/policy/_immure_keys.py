"""The keys of a policy: the one table that the compiler, the manual, the JSON
Schema and the help of editors are made from."""
from typing import NamedTuple

TIME, SIZE, FUEL, COUNT = "time", "size", "fuel", "count"
_K = 1024
_DAY = 24 * 60 * 60 * 1000

UNITS = {
    TIME: {"ms": 1, "s": 1000, "m": 60000},
    SIZE: {"K": _K, "M": _K ** 2, "G": _K ** 3},
    FUEL: {"K": 10 ** 3, "M": 10 ** 6, "G": 10 ** 9},
}

# As host/wall/layers.c has them.
WALL_LAYERS = (
    "seccomp", "no_new_privs", "rlimits", "descriptors", "environment",
    "user_ns", "mount_ns", "pid_ns", "net_ns", "ipc_ns", "uts_ns",
    "cgroup_ns", "time_ns", "empty_root", "landlock", "capabilities",
    "securebits", "mdwe", "mseal", "dumpable", "speculation",
    "own_uid", "cgroup",
)


class Number(NamedTuple):
    """A key whose value is a number, mostly with a unit."""
    field: str      # in the effective policy
    unit: str
    low: int
    high: int
    example: str
    text: str


class Names(NamedTuple):
    """A key whose value is a list of texts."""
    what: str       # what an item is
    example: str
    text: str
    known: tuple = ()   # all there are; empty: any
    lack: str = ""      # what to say of another


class Choice(NamedTuple):
    """A key whose value is one of some words, the one with less power first."""
    words: tuple
    text: str


_GIVE = ("An item is NAME=PATH, or a NAME that is the path as well; paths are "
         "relative to the policy's file. With a slash behind the NAME the "
         "PATH is a folder, and is given with all that is below it. Links "
         "are not followed.")

TABLES = {
    "limits": {
        "cpu": Number("cpu_ms", TIME, 1, _DAY, "2s",
                      "Processor time of a guest, user and system together."),
        "wall": Number("wall_ms", TIME, 1, _DAY, "5s",
                       "Time by the clock, from the start of the job."),
        "memory": Number("memory", SIZE, _K ** 2, 64 * _K ** 3, "256M",
                         "Memory that a guest may take beyond what it is "
                         "born with."),
        "output": Number("output", SIZE, _K, 256 * _K ** 2, "1M",
                         "Bytes of stdout and stderr together."),
        "files": Number("files", SIZE, 0, _K ** 3, "16M",
                        "Bytes of the files that a job is given, together; "
                        "of its stdin; and of those that the guest makes or "
                        "changes."),
        "fuel": Number("fuel", FUEL, 0, 10 ** 15, "50M",
                       "Steps of Python: each call, each turn of a loop and "
                       "each value of a generator is one. The same program "
                       "takes the same number in every run. 0K, the default, "
                       "is no bound; any other needs the patched engine."),
        "recursion": Number("recursion", COUNT, 50, 20000, "1000",
                            "Depth of Python calls."),
    },
    "modules": {
        "allow": Names("module", "decimal",
                       "Modules that guests may import beyond those of the "
                       "lists. They are loaded before the jail is closed, "
                       "with the packages of packages.path that they need."),
        "deny": Names("module", "asyncio",
                      "Modules that guests may not import, although the "
                      "lists have them. Their submodules go with them."),
        "preload": Names("module", "decimal",
                         "Modules that are loaded for the library's use; "
                         "guests may not import them."),
    },
    "names": {
        "allow": Names("dotted name", "time.sleep",
                       "C functions, types and attributes that are kept "
                       "although the lists do not keep them. immure policy "
                       "explain NAME prints the list's row."),
        "deny": Names("dotted name", "time.sleep",
                      "C functions, types and attributes that are refused "
                      "although the lists keep them."),
    },
    "packages": {
        "path": Names("folder of packages", "/srv/venv",
                      "Where modules.allow and modules.preload are imported "
                      "from, beyond the standard library: virtual "
                      "environments, prefixes such as /usr, or folders that "
                      "hold packages themselves, relative to the policy's "
                      "file."),
    },
    "files": {
        "read_only": Names("file to give", "data.csv=/srv/data.csv",
                           "Files that every guest finds in /job and can't "
                           "change. All guests share one copy, which counts "
                           "as nobody's memory. " + _GIVE),
        "read_write": Names("file to give", "notes.txt=/srv/notes.txt",
                            "The same, but a guest may change them: it then "
                            "changes a copy of its own."),
        "library": Names("file to give", "helper.py=lib/helper.py",
                         "The same as read_only, but in /lib, where import "
                         "statements find modules and packages."),
        "given": Choice(("read-only", "read-write"),
                        "Whether guests may change what a job brings: the "
                        "files of --file and --dir."),
    },
    "wall": {
        "require": Names("layer of the wall", "landlock",
                         "Layers of the wall without which nothing may run "
                         "on this machine, beyond the floor that is always "
                         "required.", WALL_LAYERS, "the wall has no layer"),
    },
    "pool": {
        "min_idle": Number("min_idle", COUNT, 0, 1000, "4",
                           "Guests that wait for jobs, sealed."),
        "max_idle": Number("max_idle", COUNT, 0, 1000, "16",
                           "The most that wait when load is high."),
        "queue": Number("queue", COUNT, 0, 100000, "1024",
                        "Jobs that wait for a guest; more are refused."),
        "recycle_guests": Number("recycle_guests", COUNT, 0, 10 ** 9, "10000",
                                 "A zygote is replaced after so many guests; "
                                 "0 for no bound."),
        "recycle": Number("recycle_ms", TIME, 0, _DAY, "10m",
                          "And after so long; 0ms for no bound."),
        "session_idle": Number("session_idle_ms", TIME, 1, _DAY, "5m",
                               "A session ends when it rests so long."),
    },
}

# Keys of policies to come: why they are refused today.
LATER = {
    "limits.threads": "guests have one thread",
    "wall.syscalls": "the system calls of guests are one fixed list; immure "
                     "policy explain prints each",
}
