"""Machines that lack something: rows of kernels.toml, as the user who runs
this and as an ordinary one (TAP)."""
import os
import subprocess
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
IMMURE = os.path.join(BUILD, "immure")
WITHOUT = os.path.join(BUILD, "tests/wall/without")
NOBODY = 65534


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def call(case, argv, nobody):
    command = case.get("under", []) + [WITHOUT, *case["without"], "--", *argv]
    return subprocess.run(command, stdin=subprocess.DEVNULL, cwd="/",
                          capture_output=True, text=True, timeout=60,
                          preexec_fn=become_nobody if nobody else None)


def wrong_run(case, nobody):
    """What is not as it should be, or None."""
    done = call(case, [IMMURE, "-c", "print(1)"], nobody)
    wanted = case.get("run", 0)
    if done.returncode != wanted:
        return f"status {done.returncode}, not {wanted}: {done.stderr}"
    if wanted == 0:
        return None if (done.stdout, done.stderr) == ("1\n", "") else \
            f"{done.stdout!r} {done.stderr!r}"
    missing = [w for w in case["stderr"] if w not in done.stderr]
    return f"no {missing} in {done.stderr!r}" if missing else None


def can_be_nobody():
    """An ordinary user may not reach the build tree, or have no namespaces."""
    return os.getuid() == 0 and subprocess.run(
        ["unshare", "-U", IMMURE, "--version"], capture_output=True, cwd="/",
        preexec_fn=become_nobody).returncode == 0


def cases():
    with open(os.path.join(HERE, "kernels.toml"), "rb") as f:
        rows = tomllib.load(f)["case"]
    for case in rows:
        assert set(case) <= {"name", "without", "under", "run", "stderr"}, case
        yield case, False
        # As an ordinary user `unshare -Ur` maps another uid than 0.
        if can_be_nobody() and "under" not in case:
            yield case, True


def main():
    rows = list(cases())
    print(f"1..{len(rows)}")
    bad = 0
    for i, (case, nobody) in enumerate(rows, 1):
        wrong = wrong_run(case, nobody)
        who = "nobody" if nobody else "as started"
        bad += wrong is not None
        print(f"{'not ok' if wrong else 'ok'} {i} - {case['name']}, {who}")
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
    return 1 if bad else 0


sys.exit(main())
