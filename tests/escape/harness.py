"""Judge the escape corpus: does any attack have its effect, or hang?

Each NNN-slug.py is one attack.  Its header says what it tries; it prints
ESCAPED: only on a real effect.  A number is never given twice.

    harness.py [--only GLOB] [-v] both|gate|whole|wall    as the tests do (TAP)
    harness.py --cmd 'JAIL {file}' [...]            against any other jail

Verdicts: ESCAPED and hung (not ok), crashed(SIGNAL), contained, untried (the
guest could not even try: with one layer off, it needs a module that is not
there), optional (an effect that the header allows: `# policy: optional`, or
for one layer alone, `# policy-wall: optional; WHY`).
`# gate: sound`: where the gate is up, a crash is an effect: memory was corrupt.
`# packages: numpy, jinja2`: the guest may import those of the system.
A file /tmp/escape-NNN... of a vector's own number is an effect, too.
Not in the plan: attacks on another Python, and those on hosts that run guests
some other way (`# check: grader`, `# check: twice`)."""

import argparse
import atexit
import concurrent.futures
import contextlib
import fnmatch
import glob
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../host/policy"))
import attacks  # noqa: E402

BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
ENGINE = os.environ.get("ENGINE", "stock")
MIB = 1 << 20

# How each set of layers is started.
COMMANDS = {
    "both": "{build}/immure run {file}",
    "gate": "{build}/tests/layers --only=gate {file}",
    "whole": "{build}/tests/layers --only=gate --whole {file}",
    "wall": "{build}/tests/layers --only=wall {file}",
}

# Under sanitizers each attack runs once, with both layers, which is all of our
# code; for the others, a tenth shows that they stand.
SANITIZED = {"gate": "??0-*", "whole": "??3-*", "wall": "??6-*"}

# With packages: their options, and for one layer a policy made beforehand.
PACKAGES = ("--env", "/usr", "--memory", "512M", "--cpu", "8s", "--wall",
            "12s")

# What a vector may use before its effect counts as one.
MEM_LIMIT, OUT_LIMIT = 1024 * MIB, 16 * MIB
# What ends it.
KILL_MEM, KILL_OUT, KILL_PROCS = 5000 * MIB, 400 * MIB, 400

CRASHES = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE", "SIGTRAP")


def header(path):
    with open(path, newline="", errors="replace") as f:
        return attacks.header(f.read())


def applies(head, python):
    """Can this vector be run at all by a plain jail command?"""
    if head.get("check") in ("grader", "twice"):
        return False
    version = attacks.version
    return (version(head.get("min-python", "3.0")) <= version(python)
            <= version(head.get("max-python", "9.99")))


def allow_packages(names):
    return [word for name in re.split(r",\s*", names)
            for word in ("--allow-import", name)]


def layer_policy(names):
    """The path of a file with the effective policy that allows NAMES."""
    options = ["--env", "/usr", *allow_packages(names)]
    done = subprocess.run([BUILD + "/immure-zygote", "--tool", "policy",
                           "pure", *options], capture_output=True, check=True)
    with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as f:
        f.write(done.stdout)
    atexit.register(os.unlink, f.name)
    return f.name


def command(path, head, opts):
    words = [word.replace("{file}", path) for word in opts.words]
    if "packages" not in head:
        return words
    if opts.layers == "both":
        return [*words[:-1], *PACKAGES, *allow_packages(head["packages"]),
                path]
    return [*words[:-1], "--policy", layer_policy(head["packages"]), path]


def run(path, head, opts):
    cmd = command(path, head, opts)
    env = {k: os.environ[k] for k in ("PATH", "HOME", "LANG")
           if k in os.environ}
    env["JAIL_CANARY"] = opts.canary
    spec = dict(cmd=cmd, env=env, timeout=opts.timeout, kill_mem=KILL_MEM,
                kill_procs=KILL_PROCS, kill_out=KILL_OUT,
                rlimits=not opts.no_rlimits, cwd="/tmp",
                repeat=2 if head.get("check") == "second-run" else 1)
    done = subprocess.run([sys.executable, "-B", HERE + "/supervise.py"],
                          input=json.dumps(spec), capture_output=True,
                          text=True, errors="replace")
    if done.returncode != 0:
        raise SystemExit("supervise.py: " + done.stderr)
    return json.loads(done.stdout)


def effect(res, head):
    """The effect the attack had, in words, or None."""
    text = res["out"] + "\n" + res["err"]
    marker = (r"^\s*" + re.escape(head["marker"]) + ".*"
              if "marker" in head else r"^ESCAPED:.*")
    said = re.search(marker, text, re.M)
    dos = head["goal"].startswith("dos-") or head["family"] == "dos"
    effects = (
        (said, said and said[0].strip()[:110]),
        (re.search(r"^DOS-DONE", text, re.M), "resource granted"),
        (res["flood"], "output without end"),
        (res["memkill"], "memory without end"),
        (res["forkkill"], "processes without end"),
        (dos and res["leftover"], "processes left behind"),
        (dos and res["peak"] > MEM_LIMIT, f"peak {res['peak'] // MIB} MiB"),
        (dos and res["size"] > OUT_LIMIT, f"{res['size'] // MIB} MiB out"),
    )
    return next((what for had, what in effects if had), None)


def made_files(path, opts):
    """Files of this vector's number, outside of any guest; removed."""
    number = os.path.basename(path)[:3]
    made = set(glob.glob(f"/tmp/escape-{number}*")) - opts.stale
    for each in made:
        with contextlib.suppress(FileNotFoundError): # another run's, too
            shutil.rmtree(each) if os.path.isdir(each) else os.unlink(each)
    return f"made {min(made)}" if made else None


def signal_name(rc):
    number = -rc if rc < 0 else rc - 128 if 128 < rc < 160 else 0
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def judge(path, head, opts):
    """(verdict, note) of one vector."""
    if ENGINE == "patched" and "numpy" in head.get("packages", ""):
        return "skipped", "the system's numpy is for its own Python"
    res = run(path, head, opts)
    had = effect(res, head)
    if had and head["goal"] == "write-file":
        # A file that only the guest sees is no effect.
        if set(glob.glob("/tmp/escape-*")) <= opts.stale:
            had = None
    had = had or made_files(path, opts)
    if had:
        layers = "gate" if opts.layers == "whole" else opts.layers
        allowed = head.get(f"policy-{layers}", head.get("policy", ""))
        optional = allowed.startswith("optional")
        return "optional" if optional else "ESCAPED", had
    if re.search(r"^UNTRIED", res["out"] + "\n" + res["err"], re.M):
        return "untried", ""
    if res["timeout"]:
        return "hung", f"{res['wall']} s"
    name = signal_name(res["rc"] or 0)
    if (name in CRASHES and head.get("gate") == "sound"
            and opts.layers != "wall"):
        return "ESCAPED", f"memory that is not sound: {name}"
    if name in CRASHES:
        return f"crashed({name})", ""
    last = (res["err"].strip().split("\n") or [""])[-1][:90]
    if res["rc"] == 125:
        return "not run", last
    return "contained", f"{name or 'status %s' % res['rc']} {last}".strip()


def options(argv):
    ap = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("layers", nargs="?", choices=sorted(COMMANDS))
    ap.add_argument("--cmd")
    ap.add_argument("--only", metavar="GLOB",
                    default=os.environ.get("ESCAPE_ONLY"))
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--timeout", type=float,
                    default=60 if "SANITIZERS" in os.environ else 15)
    ap.add_argument("--python",
                    default=os.environ.get("ENGINE_VERSION", "3.11"))
    ap.add_argument("--no-rlimits", action="store_true",
                    default="SANITIZERS" in os.environ)
    ap.add_argument("-v", action="store_true", help="say how each one ended")
    opts = ap.parse_args(argv)
    if bool(opts.layers) == bool(opts.cmd):
        ap.error("either both|gate|wall, or --cmd")
    if opts.only is None:
        share = SANITIZED if "SANITIZERS" in os.environ else {}
        opts.only = share.get(opts.layers, "*")
    cmd = opts.cmd or COMMANDS[opts.layers].replace("{build}", BUILD)
    opts.words = shlex.split(cmd)
    opts.canary = "canary-" + secrets.token_hex(6)
    opts.stale = set(glob.glob("/tmp/escape-*"))
    return opts


def main(argv):
    opts = options(argv)
    plan = [(path, head) for path in sorted(glob.glob(HERE + "/[0-9]*.py"))
            for head in [header(path)] if applies(head, opts.python)
            and (opts.layers or "packages" not in head)
            and fnmatch.fnmatch(os.path.basename(path), opts.only)]
    print(f"1..{len(plan)}")
    count, bad = {}, 0
    with concurrent.futures.ThreadPoolExecutor(opts.jobs) as pool:
        verdicts = pool.map(lambda row: judge(*row, opts), plan)
        for i, ((path, _head), (verdict, note)) in enumerate(
                zip(plan, verdicts), 1):
            kind = verdict.split("(")[0]
            count[kind] = count.get(kind, 0) + 1
            failed = kind in ("ESCAPED", "hung", "not run")
            bad += failed
            print(f"{'not ok' if failed else 'ok'} {i}"
                  f" - {os.path.basename(path)} {verdict}"
                  + (" # SKIP " + note if kind == "skipped" else ""),
                  flush=True)
            if note and (opts.v or failed or kind == "optional"):
                print(f"# {note}", flush=True)
    print("# " + ", ".join(f"{k} {n}" for k, n in sorted(count.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
