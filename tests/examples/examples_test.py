"""Every example runs and prints what tests/examples/NAME.out says (TAP)."""

import glob
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "../../examples")
IMMURE = os.path.join(os.environ.get("BUILDDIR", HERE + "/../../build"),
                      "immure")


def plan():
    """(name, folder, command) of each example."""
    for path in sorted(glob.glob(EXAMPLES + "/*.py")):
        name = os.path.basename(path)
        mode = "host" if name.startswith("host_") else "run"
        yield name[:-3], EXAMPLES, [IMMURE, mode, name]
    for path in sorted(glob.glob(EXAMPLES + "/*/run")):
        folder = os.path.dirname(path)
        with open(path) as f:
            words = shlex.split(f.read())
        yield os.path.basename(folder), folder, [IMMURE, *words[1:]]


def problem(name, folder, command):
    """What is wrong with one example, or None."""
    with open(f"{HERE}/{name}.out", encoding="utf-8") as f:
        expected = f.read()
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True,
                              encoding="utf-8", errors="replace", timeout=60,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "no end after 60 s"
    if done.returncode != 0 or done.stderr:
        return f"status {done.returncode}: {done.stderr}{done.stdout}"
    if done.stdout != expected:
        return f"printed:\n{done.stdout}expected:\n{expected}"
    return None


# What an engine has not the modules for: processes, the system's numpy.
LACKING = {"patched": ("host_enter_jail", "numpy_arrays")}


def main():
    rows = list(plan())
    print(f"1..{len(rows)}")
    bad = 0
    for i, row in enumerate(rows, 1):
        if row[0] in LACKING.get(os.environ.get("ENGINE"), ()):
            print(f"ok {i} - {row[0]} # SKIP not with this engine", flush=True)
            continue
        wrong = problem(*row)
        bad += wrong is not None
        print(f"{'not ok' if wrong else 'ok'} {i} - {row[0]}", flush=True)
        for line in (wrong or "").splitlines():
            print("# " + line, flush=True)
    return 1 if bad else 0


sys.exit(main())
