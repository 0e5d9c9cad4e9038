"""Take each answer of mutations.toml out of the code: does a test notice?

    mutations.py [--only GLOB] [-v]      in $BUILDDIR/mutations (TAP)

A copy of the tree is built there once.  Then, for each mutation, its texts
are replaced, the programs are made anew, and every test that the row names
must fail: an attack by having its effect with the gate alone, a case of a
test program by `not ok`.  Before that, the same tests pass in the copy as it
is.  It takes some minutes, so `make check` does not do it; it does check
that the rows are true to the code (tests/lint/lint.py)."""

import argparse
import contextlib
import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../.."))
PLACE = os.path.join(os.environ.get("BUILDDIR", TOP + "/build"), "mutations")
BUILD = PLACE + "/build"

PROGRAMS = ("immure", "immure-supervisor", "immure-zygote", "tests/layers",
            "tests/immure-zygote-layers")


def left_out(folder, names):
    """Build trees, and what no build needs."""
    return [name for name in names
            if name in (".git", "autom4te.cache", "__pycache__")
            or os.path.exists(os.path.join(folder, name, "config.status"))]


def read_rows():
    with open(HERE + "/mutations.toml", "rb") as f:
        return tomllib.load(f)["mutation"]


def run(words, **options):
    return subprocess.run(words, capture_output=True, text=True,
                          errors="replace", **options)


def must(words, **options):
    done = run(words, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout[-2000:]}"
                         f"{done.stderr[-4000:]}")


def make(*targets):
    must(["make", "-C", BUILD, "-s", "-j2", *targets])


def prepare():
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.copytree(TOP, PLACE, ignore=left_out, symlinks=True)
    os.makedirs(BUILD)
    must(["../configure", "-q"], cwd=BUILD)
    make(*PROGRAMS)


@contextlib.contextmanager
def mutated(edits):
    """The copy with these texts replaced; as it was, afterwards."""
    before = {}
    try:
        for edit in edits:
            path = os.path.join(PLACE, edit["file"])
            with open(path, encoding="utf-8") as f:
                text = f.read()
            before.setdefault(path, text)
            if text.count(edit["text"]) != 1:
                raise SystemExit(f"{edit['file']}: not there once: "
                                 f"{edit['text']}")
            write(path, text.replace(edit["text"], edit["becomes"]))
        yield
    finally:
        for path, text in before.items():
            write(path, text)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


# --- tests: "NNN" an attack, "PROGRAM CASE" a case of a test program -----------

def fails_attack(number):
    done = run([sys.executable, "-B", "tests/escape/harness.py", "-v",
                "--only", number + "-*", "gate"],
               cwd=PLACE, env=os.environ | {"BUILDDIR": BUILD})
    if not re.search(rf"^(not )?ok 1 - {number}-", done.stdout, re.M):
        raise SystemExit(f"no attack {number}: {done.stdout}{done.stderr}")
    return re.search(rf"^not ok 1 - {number}-\S* ESCAPED", done.stdout,
                     re.M) is not None


def fails_case(program, case):
    if not program.endswith(".py"):
        make(program)
    done = run(["make", "-C", BUILD, "check-TESTS", f"TESTS={program}"])
    log = os.path.join(BUILD, os.path.splitext(program)[0] + ".log")
    with open(log, errors="replace") as f:
        lines = re.findall(rf"^(not ok|ok) \d+.*\b{re.escape(case)}\b",
                           f.read(), re.M)
    if not lines:
        raise SystemExit(f"no case {case} in {program}: {done.stdout}")
    return "not ok" in lines


def fails(test):
    program, _, case = test.partition(" ")
    return fails_case(program, case) if case else fails_attack(program)


def unnoticed(row):
    with mutated(row["edits"]):
        make(*PROGRAMS)
        return [test for test in row["fails"] if not fails(test)]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="GLOB", default="*",
                        help="mutations by name")
    only = parser.parse_args().only
    rows = [row for row in read_rows() if fnmatch.fnmatch(row["name"], only)]
    print(f"1..{len(rows) + 1}", flush=True)
    prepare()
    tests = sorted({test for row in rows for test in row["fails"]})
    bad = [test for test in tests if fails(test)]
    print(f"{'not ok' if bad else 'ok'} 1 - without a mutation all pass")
    for test in bad:
        print(f"# fails: {test}")
    for i, row in enumerate(rows, 2):
        still = unnoticed(row)
        bad += still
        print(f"{'not ok' if still else 'ok'} {i} - {row['technique']}: "
              f"{row['name']}", flush=True)
        for test in still:
            print(f"# not noticed by {test}")
    shutil.rmtree(PLACE)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
