"""Where packages are: from what an operator names to folders to import from.

A name is a virtual environment, a prefix such as /usr, or a folder that holds
packages itself.  resolve() raises ValueError with what is wrong."""
import glob
import os
import re
import sys

FOLDERS_MAX = 16
_HERE = "python%d.%d" % sys.version_info[:2]

# Below an environment or a prefix; the second and third are Debian's.
_BELOW = ("lib/%s/site-packages" % _HERE, "lib/%s/dist-packages" % _HERE,
          "lib/python3/dist-packages")


def resolve(path):
    """The folders of PATH that packages are in, absolute."""
    if not os.path.isdir(path):
        raise ValueError("there is no folder %s" % path)
    path = os.path.abspath(path)
    below = [os.path.join(path, each) for each in _BELOW]
    found = [folder for folder in below if os.path.isdir(folder)]
    if found:
        return found
    others = glob.glob(os.path.join(glob.escape(path),
                                    "lib/python3*/site-packages"))
    if others:
        version = re.search(r"python([0-9.]+)/site-packages$", others[0])
        raise ValueError("%s is an environment of Python %s; guests run on "
                         "%s: make one with that" % (path, version[1],
                                                     _HERE[6:]))
    if os.path.exists(os.path.join(path, "pyvenv.cfg")):
        raise ValueError("%s is an environment without packages" % path)
    return [path]


def resolve_all(paths, fail):
    """All folders of PATHS, each once; fail(path, message) raises."""
    folders = []
    for path in paths:
        try:
            found = resolve(path)
        except ValueError as error:
            fail(path, str(error))
        folders += [each for each in found if each not in folders]
    if len(folders) > FOLDERS_MAX:
        fail(paths[-1], "more than %d folders" % FOLDERS_MAX)
    return folders
