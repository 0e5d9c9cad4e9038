"""The files of a job: where they are, and what it was given.

The file system itself is C (jailmod/vfs.h): /job, the working directory; /tmp;
/lib, which is read-only.
"""
import posixpath

import _vfs

HOME = "/job"
LIBRARY = "/lib"
_OWN = (HOME + "/", "/tmp/", LIBRARY + "/")


# Whether what a job brings is read-only.
locked = False


def start(quota):
    """Before the jail: its files may take QUOTA bytes."""
    _vfs.start(quota)


def add(files):
    """FILES: [(name, view)], named below /job; a name with a slash at its
    end is a folder.  They take the place of files that are there."""
    for name, data in files:
        path = posixpath.join(HOME, name).encode("utf-8", "surrogateescape")
        _vfs.give(path, None if name.endswith("/") else data, locked)


def is_guests(filename):
    """Whether code of that file name came from the job's files."""
    return filename.startswith(_OWN)
