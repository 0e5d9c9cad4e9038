"""The guest's files against a real tmpfs in plain Python (TAP).

    python_test.py [--calls N] [--seed N] [--survey N] [--show SEED]

N random calls of builtins.open(), io, os, os.path, pathlib, shutil, glob and
tempfile are made on both sides: what each returns, or the type, errno,
strerror, filenames and text of what it raises, must be the same.  Each seed
begins with nothing and makes PER_SEED calls.

--survey tells of N seeds the first call that differs; --show prints one seed's
calls on both sides.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
IMMURE = os.environ.get("IMMURE", os.path.join(HERE, "../../build/immure run"))
PARTS = ("python_values.py", "python_names.py", "python_files.py",
         "python_main.py")
PLAIN = [sys.executable, "-I", "-B", "-X", "utf8", os.path.join(HERE, "python_tmpfs.py")]
LIMITS = ["--cpu", "600s", "--wall", "900s", "--files", "64M", "--output",
          "64M"]
PER_SEED, SEEDS_AT_ONCE = 400, 50
CALLS = 4000 if os.environ.get("SANITIZERS") else 20000
SKIP = 77
BEFORE = 12             # calls shown before the one that differs


def program():
    text = ""
    for name in PARTS:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            text += f.read()
    return text.encode()


class Sides:
    """The program on both sides."""

    def __init__(self):
        self.program = program()

    def run(self, command):
        done = subprocess.run(command, input=self.program, env={},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def both(self, *arguments):
        """(guest, plain), each (status, output, errors)."""
        arguments = [str(a) for a in arguments]
        guest = [*IMMURE.split(), *LIMITS, "-", *arguments]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            sides = [pool.submit(self.run, command)
                     for command in (guest, [*PLAIN, *arguments])]
            return [side.result() for side in sides]

    def first_difference(self, seed):
        """Lines of text, empty when there is none."""
        guest, plain = self.both(seed, seed + 1, PER_SEED, "tell")
        ours, theirs = guest[1].splitlines(), plain[1].splitlines()
        at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
                  min(len(ours), len(theirs)))
        if at == len(ours) == len(theirs):
            return []
        return (["seed %d" % seed]
                + ["  before: " + line[:300]
                   for line in theirs[max(0, at - BEFORE):at]]
                + ["  tmpfs:  " + line for line in theirs[at:at + 1]]
                + ["  guest:  " + line for line in ours[at:at + 1]]
                + ["  errors: " + line for side in (guest, plain)
                   for line in side[2].splitlines()[-3:]])


def differing(guest, plain, first, last):
    """The seeds whose sums are not the same."""
    ours, theirs = (dict(line.split(": ") for line in side[1].splitlines())
                    for side in (guest, plain))
    names = ["seed %d" % seed for seed in range(first, last)]
    return [int(name[5:]) for name in names
            if ours.get(name) is None or ours.get(name) != theirs.get(name)]


def check(sides, calls, seed):
    """0 when all are the same."""
    seeds = max(1, calls // PER_SEED)
    print("1..1")
    done = 0
    while done < seeds:
        first = seed + done
        last = first + min(SEEDS_AT_ONCE, seeds - done)
        guest, plain = sides.both(first, last, PER_SEED)
        if plain[0] == SKIP:
            print("ok 1 # SKIP no tmpfs of our own on this machine")
            return 0
        bad = differing(guest, plain, first, last)
        if bad:
            lines = sides.first_difference(bad[0]) or ["seed %d differs when "
                                                       "others ran before it"
                                                       % bad[0]]
            print("\n".join("# " + line for line in lines))
            print("not ok 1 - calls as plain Python over tmpfs answers them")
            return 1
        done += last - first
    print("ok 1 - %d calls as plain Python over tmpfs answers them (seeds %d "
          "to %d)" % (seeds * PER_SEED, seed, seed + seeds - 1))
    return 0


def main():
    if os.environ.get("ENGINE") == "patched":
        print("1..0 # SKIP the plain Python to compare with is another version")
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--survey", type=int)
    parser.add_argument("--show", type=int)
    opts = parser.parse_args()
    sides = Sides()
    if opts.show is not None:
        for side in sides.both(opts.show, opts.show + 1, PER_SEED, "tell"):
            print(side[1], side[2])
        return 0
    if opts.survey is not None:
        for seed in range(opts.seed, opts.seed + opts.survey):
            print("\n".join(sides.first_difference(seed)), flush=True)
        return 0
    return check(sides, opts.calls, opts.seed)


sys.exit(main())
