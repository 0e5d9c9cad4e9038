"""Command lines and what they must do: rows of tests/cli/*.toml (TAP).

A case:
    name    what it shows
    argv    after `immure`; or
    sh      a line for /bin/sh, with $IMMURE, $SOURCE and $PYTHON
    stdin   text; without it /dev/null
    files   {name: text} made in the case's own empty folder
    setup   a line for /bin/sh, run there before
    status  the exit status (default 0)
    stdout  exact text, or stdout_has, a list of patterns
    stderr  a list of patterns, one for each line; without it stderr is empty
            ("*" alone: anything)
    json    {dotted key: value} of the result on stdout, or in the file `report`
            (a text that begins with ~ is a pattern)
    seconds the most it may take (default 20)
    needs   what the build must have: LAYER_TESTS, an option of configure
    engine  stock: not on the patched one, which lacks what it is about
"""

import glob
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", HERE + "/../../build"))
SOURCE = os.path.abspath(HERE + "/../..")
IMMURE = os.path.join(BUILD, "immure")
KEYS = {"name", "argv", "sh", "stdin", "files", "setup", "status", "stdout",
        "stdout_has", "stderr", "json", "report", "seconds", "needs",
        "engine"}
ENGINE = os.environ.get("ENGINE", "stock")


def cases():
    for path in sorted(glob.glob(HERE + "/*.toml")):
        with open(path, "rb") as f:
            for case in tomllib.load(f)["case"]:
                unknown = set(case) - KEYS
                assert not unknown, f"{path}: {case['name']}: {unknown}"
                if "needs" in case and case["needs"] not in os.environ:
                    continue
                yield os.path.basename(path)[:-5], case


def prepare(case, folder):
    for name, text in case.get("files", {}).items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    if "setup" in case:
        subprocess.run(["/bin/sh", "-ec", case["setup"]], cwd=folder,
                       check=True)


def run(case, folder):
    command = [IMMURE, *case["argv"]] if "argv" in case else \
        ["/bin/sh", "-c", case["sh"]]
    given = {"input": case["stdin"].encode()} if "stdin" in case else \
        {"stdin": subprocess.DEVNULL}
    return subprocess.run(command, cwd=folder, capture_output=True,
                          timeout=case.get("seconds", 20) + 20,
                          env={**os.environ, "IMMURE": IMMURE,
                               "SOURCE": SOURCE, "PYTHON": sys.executable,
                               "PROBE": "the operator's"}, **given)


def lookup(tree, dotted):
    for part in dotted.split("."):
        tree = tree[int(part)] if isinstance(tree, list) else tree[part]
    return tree


def same(value, wanted):
    if isinstance(wanted, str) and wanted.startswith("~"):
        return re.fullmatch(wanted[1:], str(value), re.S) is not None
    return value == wanted and type(value) is type(wanted)


def check_json(case, text):
    try:
        result = json.loads(text)
    except ValueError as error:
        yield f"no JSON: {error}: {text[:200]!r}"
        return
    for dotted, wanted in case["json"].items():
        try:
            value = lookup(result, dotted)
        except (KeyError, IndexError, TypeError):
            yield f"json has no {dotted}"
            continue
        wanted = None if wanted == "null" else wanted
        if not same(value, wanted):
            yield f"json {dotted}: {value!r}, not {wanted!r}"


def without_marks(lines, patterns):
    """3.13 marks the place in a line where 3.11 marked none: LINES without
    as many of these marks as there are too many lines."""
    marks = [i for i, line in enumerate(lines) if not line.strip(" ~^")]
    for some in itertools.combinations(marks, len(lines) - len(patterns)) \
            if len(lines) > len(patterns) else ():
        rest = [line for i, line in enumerate(lines) if i not in some]
        if all(map(re.fullmatch, patterns, rest)):
            return rest
    return lines


def check_stderr(patterns, text):
    if patterns == ["*"]:
        return
    lines = text.splitlines()
    if ENGINE == "patched":
        lines = without_marks(lines, patterns)
    if len(lines) != len(patterns):
        yield f"stderr has {len(lines)} lines, not {len(patterns)}: {text!r}"
        return
    for pattern, line in zip(patterns, lines):
        if not re.fullmatch(pattern, line):
            yield f"stderr: {line!r} is not {pattern!r}"


def check(case, folder):
    """What is wrong with one case."""
    prepare(case, folder)
    started = time.monotonic()
    try:
        done = run(case, folder)
    except subprocess.TimeoutExpired:
        yield "no end"
        return
    took = time.monotonic() - started
    out = done.stdout.decode("utf-8", "replace")
    err = done.stderr.decode("utf-8", "replace")
    if done.returncode != case.get("status", 0):
        yield f"status {done.returncode}, not {case.get('status', 0)}: {err}"
    if "stdout" in case and out != case["stdout"]:
        yield f"stdout: {out!r}, not {case['stdout']!r}"
    for pattern in case.get("stdout_has", ()):
        if not re.search(pattern, out, re.M):
            yield f"stdout has no {pattern!r}: {out[:2000]!r}"
    yield from check_stderr(case.get("stderr", []), err)
    if "json" in case:
        if "report" in case:
            with open(os.path.join(folder, case["report"])) as f:
                out = f.read()
        yield from check_json(case, out)
    if took > case.get("seconds", 20):
        yield f"took {took:.1f} s"


def main():
    chosen = [row for row in cases()
              if all(word in f"{row[0]}: {row[1]['name']}"
                     for word in sys.argv[1:])]
    print(f"1..{len(chosen)}")
    bad = 0
    for i, (group, case) in enumerate(chosen, 1):
        if case.get("engine", ENGINE) != ENGINE:
            print(f"ok {i} - {group}: {case['name']} # SKIP not with this "
                  "engine", flush=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            wrong = list(check(case, folder))
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {i} - {group}: {case['name']}",
              flush=True)
        for line in wrong:
            print("# " + line.replace("\n", "\n# "), flush=True)
    return 1 if bad else 0


sys.exit(main())
