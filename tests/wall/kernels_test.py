"""Machines that lack something: rows of kernels.toml, as the user who runs
this and as an ordinary one.  A run goes on or is refused, and `immure doctor`
says the same (TAP)."""
import json
import os
import subprocess
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
IMMURE = os.path.join(BUILD, "immure")
WITHOUT = os.path.join(BUILD, "tests/wall/without")
NOBODY = 65534
KEYS = {"name", "without", "under", "run", "stderr", "absent", "trace",
        "landlock_abi"}

# The leak sanitizer ends a program whose ptrace(2) is another's or refused.
if "SANITIZERS" in os.environ:
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def call(case, nobody, *argv):
    command = case.get("under", []) + [WITHOUT, *case["without"], "--", IMMURE]
    return subprocess.run([*command, *argv], stdin=subprocess.DEVNULL,
                          cwd="/", capture_output=True, text=True, timeout=240,
                          preexec_fn=become_nobody if nobody else None)


def wrong_run(case, nobody):
    """What is not as it should be, or None."""
    done = call(case, nobody, "-c", "print(1)")
    wanted = case.get("run", 0)
    if done.returncode != wanted:
        return f"status {done.returncode}, not {wanted}: {done.stderr}"
    if wanted == 0:
        return None if (done.stdout, done.stderr) == ("1\n", "") else \
            f"{done.stdout!r} {done.stderr!r}"
    missing = [w for w in case["stderr"] if w not in done.stderr]
    return f"no {missing} in {done.stderr!r}" if missing else None


def doctor(case, nobody):
    done = call(case, nobody, "doctor", "--json")
    if done.returncode not in (0, 1):
        raise AssertionError(f"{done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    held = {layer["name"] for layer in report["layers"]
            if layer["state"] == "holds"}
    return done.returncode, report, held


def wrong_doctor(case, nobody, whole):
    status, report, held = doctor(case, nobody)
    if (status == 0) != (case.get("run", 0) == 0):
        return f"doctor's status is {status}: {report['refusal']}"
    bad = [layer["name"] for layer in report["layers"]
           if layer["state"] == "no effect"]
    if bad and status == 0:
        return f"no effect: {bad}"
    if "absent" not in case:
        return None
    if held != whole - set(case["absent"]):
        return f"{sorted(whole - held)} absent, not {case['absent']}"
    abi = case.get("landlock_abi")
    if abi is not None and report["landlock_abi"] != abi:
        return f"Landlock's ABI is {report['landlock_abi']}, not {abi}"
    trace = report["trace"]["state"]
    return None if trace == case.get("trace", "holds") else f"trace {trace}"


def can_be_nobody():
    """An ordinary user may not reach the build tree, or have no namespaces."""
    return os.getuid() == 0 and subprocess.run(
        ["unshare", "-U", IMMURE, "--version"], capture_output=True, cwd="/",
        preexec_fn=become_nobody).returncode == 0


def rows():
    with open(os.path.join(HERE, "kernels.toml"), "rb") as f:
        cases = tomllib.load(f)["case"]
    for nobody in (False, True) if can_be_nobody() else (False,):
        whole = doctor(cases[0], nobody)[2]
        who = "nobody" if nobody else "as started"
        for case in cases:
            assert set(case) <= KEYS, case
            # As an ordinary user `unshare -Ur` maps another uid than 0.
            if "under" in case and (nobody or os.getuid() != 0 or
                                    subprocess.call([*case["under"], "true"])):
                continue
            yield f"{case['name']}, {who}: run", wrong_run(case, nobody)
            yield (f"{case['name']}, {who}: doctor",
                   wrong_doctor(case, nobody, whole))


def main():
    bad = n = 0
    for n, (name, wrong) in enumerate(rows(), 1):
        bad += wrong is not None
        print(f"{'not ok' if wrong else 'ok'} {n} - {name}", flush=True)
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
    print(f"1..{n}")
    return 1 if bad else 0


sys.exit(main())
