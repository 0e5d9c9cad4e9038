#!/usr/bin/env python3
"""The shared library shows its own names only, and needs nothing of Python;
the header stands alone, in C and C++."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILDDIR", "build")
TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    "../.."))
LIBRARY = os.path.join(BUILD, "libimmure.so.0")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=True).stdout


def names(*options):
    """The dynamic symbols of the library."""
    for line in output("nm", "-D", *options, LIBRARY).splitlines():
        name = line.split()[-1].split("@")[0]
        if not name.startswith("__odr_asan."): # a sanitizer's, one a variable
            yield name


def declared():
    with open(os.path.join(TOP, "host/lib/immure.h"), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    for start in text.split("IMMURE_API")[1:]:
        found = re.search(r"\b(immure_\w+)\s*(?:\(|;)", start)
        if found:
            yield found[1]


def only_its_own():
    return sorted(n for n in names("--defined-only")
                  if not n.startswith("immure_"))


def all_of_the_header():
    return sorted(set(declared()) ^ set(names("--defined-only")))


def nothing_of_python():
    needed = output("readelf", "-d", LIBRARY)
    return sorted([n for n in names() if re.match(r"_?Py", n)]
                  + re.findall(r"NEEDED.*\[(libpython.*)\]", needed))


def all_is_found():
    """A program that is linked with it needs no more than it names."""
    with tempfile.NamedTemporaryFile(suffix=".c") as program:
        program.write(b"int main(void) { return 0; }")
        program.flush()
        done = subprocess.run(
            ["cc", program.name, "-Wl,--no-as-needed", LIBRARY, "-o",
             "/dev/null"],
            capture_output=True, text=True)
    return re.findall(r"undefined reference to `((?!__)\w+)'", done.stderr)


def header_alone():
    header = os.path.join(TOP, "host/lib/immure.h")
    wrong = []
    for language, compiler in (("c", "cc"), ("c++", "c++")):
        if shutil.which(compiler):
            done = subprocess.run(
                [compiler, "-x", language, "-Wall", "-Wextra", "-Werror",
                 "-fsyntax-only", header], capture_output=True, text=True)
            wrong += done.stderr.splitlines()
    with open(header, encoding="utf-8") as f:
        wrong += re.findall(r'#include ".*', f.read())
    return wrong


CHECKS = (
    ("only immure_* is exported", only_its_own),
    ("all of the header is exported, and no more", all_of_the_header),
    ("nothing of Python is in it", nothing_of_python),
    ("it can be linked with", all_is_found),
    ("the header stands alone", header_alone),
)


def main():
    if not os.path.exists(LIBRARY):
        print("1..0 # SKIP the library was not built")
        return 0
    print("1..%d" % len(CHECKS))
    bad = 0
    for i, (name, check) in enumerate(CHECKS, 1):
        wrong = check()
        bad += bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", i, name))
        for line in wrong:
            print("# " + line)
    return 1 if bad else 0


sys.exit(main())
