"""The tool `survey`: the inventory of this interpreter, to standard output.

Frozen into the program that runs it as the module _immure_survey.  A line at
the margin is a kind and an owner; the names below are separated by commas."""
import importlib
import os
import platform
import sys
import sysconfig
import textwrap

import _immure_boot
import _jail

HEAD = """\
# All that CPython %s has with %s: made by walking it.
# A name that is not here is refused; `make inventory` writes this file anew.
"""


def split(kind, name):
    """(owner, name in it): frame.f_back is the f_back of frame."""
    if kind in ("type", "builtin"):
        return "", name
    owner, _, rest = name.rpartition(".")
    return owner, rest


def show(found):
    groups = {}
    for kind, name in found:
        owner, rest = split(kind, name)
        groups.setdefault((kind, owner), []).append(rest)
    for (kind, owner), names in sorted(groups.items()):
        yield "%s %s" % (kind, owner) if owner else kind
        yield textwrap.fill(", ".join(sorted(names)), 78,
                            initial_indent="    ", subsequent_indent="    ",
                            break_long_words=False, break_on_hyphens=False)


def import_the_rest():
    """What prepare_plain() leaves out: private modules, and the builtins that
    come from the module site."""
    import site
    site.setquit()
    site.setcopyright()
    site.sethelper()
    dynamic = os.listdir(sysconfig.get_path("platstdlib") + "/lib-dynload")
    for name in (*sys.builtin_module_names, *dynamic):
        name = name.partition(".")[0]
        if not name.startswith(("_test", "_ctypes_test", "_xxtest", "xx")):
            importlib.import_module(name)


def main(args):
    if args == ["guests"]:
        _immure_boot.prepare({})
        which = "what guests have"
    else:
        _immure_boot.prepare_plain()
        import_the_rest()
        which = "the whole library"
    # immure host has that one in sys, and tools alone have _wall.
    found = {entry for entry in _jail.survey()
             if not entry[1].startswith("_wall.")}
    found.add(("cfunc", "sys.enter_jail"))
    sys.__stdout__.write(HEAD % (platform.python_version(), which))
    sys.__stdout__.write("\n".join(show(found)) + "\n")
    sys.__stdout__.flush()
    return 0
