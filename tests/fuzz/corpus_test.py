"""Replay every corpus through its fuzz target (TAP)."""

import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", HERE + "/../../build")
TARGETS = ("claims", "frame", "login", "options", "policy", "result", "units",
           "urls")


def main():
    done, bad = 0, 0
    for target in TARGETS:
        if target == "urls" and not os.path.exists(
                f"{BUILD}/tests/fuzz/replay_urls"):
            continue    # configured without libcurl
        inputs = sorted(glob.glob(f"{HERE}/corpus/{target}/*"))
        for path in inputs:
            done += 1
            run = subprocess.run([f"{BUILD}/tests/fuzz/replay_{target}", path],
                                 capture_output=True, text=True)
            bad += run.returncode != 0
            print(f"{'not ok' if run.returncode else 'ok'} {done} - {target}/"
                  + os.path.basename(path))
            for line in run.stderr.splitlines() if run.returncode else ():
                print("# " + line)
    print(f"1..{done}")
    return 1 if bad or not done else 0


sys.exit(main())
