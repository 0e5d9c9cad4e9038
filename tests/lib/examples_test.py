#!/usr/bin/env python3
"""The C examples do what they say."""
import os
import subprocess
import sys

BUILD = os.environ.get("BUILDDIR", "build")
ROWS = (
    (["example-one-job"], "verdict ok", '"stdout": "42\\n"'),
    (["example-one-job", "1 / 0"], "verdict error", "ZeroDivisionError"),
    (["example-one-job", "import os; os.fork()"], "verdict denied", "os.fork"),
    (["example-many-jobs"], "1000 of 1000 jobs ended well", ""),
)


def main():
    print("1..%d" % len(ROWS))
    bad = 0
    for i, (command, *texts) in enumerate(ROWS, 1):
        command[0] = os.path.join(BUILD, command[0])
        done = subprocess.run(command, capture_output=True, text=True)
        good = done.returncode == 0 and all(t in done.stdout for t in texts)
        bad += not good
        print("%s %d - %s" % ("ok" if good else "not ok", i,
                              " ".join(command)))
        if not good:
            print("# " + (done.stdout + done.stderr).replace("\n", "\n# "))
    return 1 if bad else 0


sys.exit(main())
