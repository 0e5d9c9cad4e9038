"""What the documents show is what comes (TAP).

docs/policy-cookbook.md: in each task, `NAME`: before an indented block makes
that file; in other blocks a line that begins with $ is typed, and the lines
below it are what it prints.  README.md: the same for the transcript of the
REPL, whose prompts are typed.  "..." stands for anything."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(HERE + "/../..")
BUILD = os.path.abspath(os.environ.get("BUILDDIR", TOP + "/build"))
ENV = {**os.environ, "PATH": BUILD + os.pathsep + os.environ["PATH"],
       "LC_ALL": "C.UTF-8"}


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def blocks(text):
    """(line before it, lines) of each indented block."""
    for match in re.finditer(r"^(\S[^\n]*\n)?\n((?: {4}[^\n]*\n|\n)+)", text,
                             re.M):
        lines = [line[4:] for line in match[2].rstrip("\n").split("\n")]
        yield (match[1] or "").strip(), lines


def typed(lines):
    """(command, what it prints) of a block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(printed).rstrip("\n"))
            for command, printed in found]


def agrees(wanted, got):
    pattern = ".*".join(map(re.escape, wanted.split("...")))
    return re.fullmatch(pattern, got.rstrip("\n"), re.S) is not None


def run(command, folder, given=None):
    return subprocess.run(command, shell=True, cwd=folder, env=ENV,
                          input=given, stdin=None if given else
                          subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          timeout=300).stdout


def task(text):
    """What is wrong with one task."""
    with tempfile.TemporaryDirectory() as folder:
        for before, lines in blocks(text):
            name = re.fullmatch(r"`([^`]+)`:", before)
            if name:
                path = os.path.join(folder, name[1])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as f:
                    f.write("\n".join(lines) + "\n")
                continue
            for command, wanted in typed(lines):
                got = run(command, folder)
                if not agrees(wanted, got):
                    yield f"$ {command}\n{got}instead of\n{wanted}"


def unnumbered(text):
    """Without the lines of lists, which change with any row."""
    return re.sub(r"\.list:\d+", ".list", text)


def transcript():
    """README's session with the REPL."""
    _, wanted = typed(next(lines for _, lines in blocks(read("README.md"))
                           if lines[0] == "$ immure repl"))[0]
    given = "".join(line[4:] + "\n" for line in wanted.split("\n")
                    if line[:3] in (">>>", "..."))
    with tempfile.TemporaryDirectory() as folder:
        got = run("immure repl --echo", folder, given)
    if unnumbered(got.rstrip("\n")) != unnumbered(wanted):
        yield f"{got}instead of\n{wanted}"


def main():
    tasks = re.split(r"^## ", read("docs/policy-cookbook.md"), flags=re.M)[1:]
    cases = [("README: the REPL", transcript())]
    if "SANITIZERS" in os.environ:  # its zygote has no packages
        tasks = [text for text in tasks if "numpy" not in text.split("\n")[0]]
    cases += [(text.split("\n")[0], task(text)) for text in tasks]
    print(f"1..{len(cases)}")
    bad = 0
    for i, (name, wrong) in enumerate(cases, 1):
        wrong = list(wrong)
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {i} - {name}", flush=True)
        for each in wrong:
            print("# " + each.replace("\n", "\n# "), flush=True)
    return 1 if bad else 0


sys.exit(main())
