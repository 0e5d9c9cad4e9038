"""House rules that a machine can check (TAP): the tables first.

    lint.py [--tools]     --tools: also clang-format and mandoc, which must be
                          there then ($CLANG_FORMAT, $MANDOC, or on PATH)"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    "../.."))

# Who may include whose headers.  An include that is not here fails.
ARROWS = {
    # from       may include, besides its own
    "main":       ("cli", "leaf"),
    "cli":        ("lib", "policy", "leaf"),
    "service":    ("lib", "leaf"),
    "lib":        ("wire", "policy", "leaf"),
    "policy":     ("leaf",),
    "gateway":    ("link", "wire", "leaf"),
    "link":       ("wire", "leaf"),
    "supervisor": ("lib", "link", "wire", "policy", "wall", "leaf"),
    "zygote":     ("wall", "wire", "jailmod", "leaf"),
    "wall":       ("leaf",),
    "wire":       ("leaf",),
    "leaf":       (),
    "jailmod":    (),
}

# The headers of another part that an arrow leads to.
DOORS = {
    "jailmod": ("jailmod/jailmod.h",),
    "wall": ("host/wall/wall.h", "host/wall/probe.h", "host/wall/cgroup.h",
             "host/wall/uids.h"),
    "lib": ("host/lib/immure.h",),
}

# Who may include Python.h.
PYTHON_H = r"host/zygote/interp\w*\.[ch]|jailmod/.*"

FILE_LINES, FUNCTION_LINES, COLUMNS = 600, 60, 160

# What no file may say, and the files that must.
WORDS = (
    (r"\b(TODO|FIXME|XXX)\b", r"tests/lint/lint\.py"),
    (r"/work/|/root/|/home/\w+|pyenv|/tmp/\w+helper",
     r"tests/lint/lint\.py|tests/escape/\d.*"),
)

SOURCE = (".c", ".h", ".py", ".sh", ".mk", ".am", ".ac", ".md", ".list", ".txt")
SKIP = (".git", "build", "build-sanitizers", "build-aux", "autom4te.cache",
        "__pycache__", "corpus")


def files():
    for folder, below, names in os.walk(TOP):
        below[:] = sorted(d for d in below if d not in SKIP
                          and not os.path.exists(
                              os.path.join(folder, d, "config.status")))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), TOP)
            if name.endswith(SOURCE) or path in ("bootstrap", ".ci/run"):
                if path != "aclocal.m4":
                    yield path


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8",
              errors="replace") as f:
        return f.read()


def area(path):
    """The part of the tree a file or a header belongs to."""
    parts = path.split("/")
    if parts[0] == "jailmod":
        return "jailmod"
    if parts[0] != "host":
        return None
    if len(parts) > 2:
        return parts[1]
    return "main" if parts[1] == "main.c" else "leaf"


def arrows(path, text):
    here = area(path)
    if here is None or not path.endswith((".c", ".h")):
        return
    for header in re.findall(r'^#\s*include\s+"([^"]+)"', text, re.M):
        there = area(header)
        if there is None or here == there:
            continue
        if there not in ARROWS[here]:
            yield f"{here} may not include {header}"
        elif there in DOORS and header not in DOORS[there]:
            yield f"{header} is private to {there}"
    if "<Python.h>" in text and not re.fullmatch(PYTHON_H, path):
        yield "Python.h is for jailmod and host/zygote/interp*.c"


def lengths(path, text):
    lines = text.split("\n")
    if path.endswith((".md", ".list", ".txt")):
        return
    if len(lines) - 1 > FILE_LINES:
        yield f"{len(lines) - 1} lines; at most {FILE_LINES}"
    if path.endswith(".py"):
        if re.match(r"tests/escape/\d", path):
            return
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                n = node.end_lineno - node.lineno + 1
                if n > FUNCTION_LINES:
                    yield f"{node.name}: {n} lines; at most {FUNCTION_LINES}"
        return
    start = None
    for i, line in enumerate(lines):
        if line == "{":
            start = i
        elif line.startswith("}") and start is not None:
            n = i - start + 1
            if n > FUNCTION_LINES and line == "}":
                yield (f"function that ends in line {i + 1}: {n} lines;"
                       f" at most {FUNCTION_LINES}")
            start = None


def columns(path, text):
    if not path.endswith((".c", ".h")):
        return
    tables = re.compile(r"clang-format off.*?clang-format on", re.S)
    for line in tables.sub("", text).split("\n"):
        if len(line.expandtabs(8)) > 80:
            yield f"over 80 columns: {line.strip()[:60]}"


def words(path, text):
    for pattern, exempt in WORDS:
        if re.fullmatch(exempt, path):
            continue
        for i, line in enumerate(text.split("\n"), 1):
            if re.search(pattern, line):
                yield f"line {i}: {line.strip()[:70]}"


def whitespace(path, text):
    for i, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"line {i}: blank at the end"
        if "\t" in line and path.endswith((".c", ".h", ".py")):
            yield f"line {i}: a tab"
    if text and not text.endswith("\n"):
        yield "no newline at the end"


def python_syntax(path, text):
    if not path.endswith(".py"):
        return
    with open(os.path.join(TOP, path), "rb") as f:
        source = f.read()
    try:
        compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as e:
        yield str(e)


def shell_syntax(path, text):
    first = text.split("\n", 1)[0]
    if re.match(r"#!.*\b(ba)?sh\b", first):
        shell = "bash" if "bash" in first else "sh"
        done = subprocess.run([shell, "-n", os.path.join(TOP, path)],
                              capture_output=True, text=True)
        if done.returncode:
            yield done.stderr.strip()


def reasons(path, text):
    """A row of a policy table must say why: the reason is a field."""
    if path.endswith(".c") and path.startswith("host/wall/"):
        for m in re.finditer(r"\bALLOW(?:_IF)?\s*\(\s*(\w+)\s*,\s*\"\s*\"",
                             text):
            yield f"{m[1]} has no reason"
    if path.startswith("stdlib-whitelist/") and path.endswith(".list") \
            and "/inventory-" not in path:
        yield from list_reasons(text)


def list_reasons(text):
    """A row of a .list is `name, ... | stand | reason [| fix]`; a comma at
    the end of a line, and a blank before the next, go on with it."""
    lines = (line for line in text.split("\n")
             if line.strip() and not line.startswith("#"))
    for row in re.sub(r"(?<=,)\n|\n(?=\s)", " ", "\n".join(lines)).split("\n"):
        fields = [field.strip() for field in row.split("|")]
        if row and (len(fields) < 2 or not all(fields[:3])):
            yield f"no reason: {row.strip()[:60]}"


def numbering():
    """Escape numbers are given once, and the header agrees with the name."""
    seen = {}
    for path in files():
        m = re.fullmatch(r"tests/escape/(\d{3})-\w+\.py", path)
        if not m:
            continue
        if m[1] in seen:
            yield f"{path}: number of {seen[m[1]]}"
        seen[m[1]] = path
        if not read(path).startswith(f"# escape: {m[1]}\n"):
            yield f"{path}: its first line is not \"# escape: {m[1]}\""


def answer_rows():
    """{number: (files, tests)} of the table in tests/escape/README.md."""
    rows = {}
    for line in read("tests/escape/README.md").split("\n"):
        m = re.match(r"\| (\d+) \|.*\| ([^|]*) \| ([^|]*) \|$", line)
        if m:
            tests = re.findall(r"\b\d{3}\b|(?<=`)[^` ]+(?=`)", m[3])
            rows[int(m[1])] = (re.findall(r"`([^`]+)`", m[2]), tests)
    return rows


def is_test(name):
    if name.isdigit():
        folder = os.path.join(TOP, "tests/escape")
        return any(f.startswith(name + "-") for f in os.listdir(folder))
    return any(os.path.exists(os.path.join(TOP, name + end))
               for end in ("", ".c"))


def answers():
    """The table of techniques and its mutations say what is there."""
    rows = answer_rows()
    for number, (paths, tests) in rows.items():
        for path in paths:
            if not os.path.exists(os.path.join(TOP, path)):
                yield f"technique {number}: no file {path}"
        for test in tests:
            if not is_test(test):
                yield f"technique {number}: no test {test}"
    with open(os.path.join(TOP, "tests/escape/mutations.toml"), "rb") as f:
        mutations = tomllib.load(f)["mutation"]
    for number in set(rows) ^ {row["technique"] for row in mutations}:
        yield f"technique {number}: a row without a mutation, or the reverse"
    for mutation in mutations:
        paths, tests = rows.get(mutation["technique"], ((), ()))
        yield from mutation_rows(mutation, paths, tests)


def mutation_rows(mutation, paths, tests):
    where = f"mutations.toml: {mutation['name']}"
    for test in mutation["fails"]:
        program, _, case = test.partition(" ")
        if program not in tests:
            yield f"{where}: {program} is not in the row of the technique"
        elif case and not any(
                re.search(rf"\b{case}\b", read(program + end))
                for end in ("", ".c")
                if os.path.exists(os.path.join(TOP, program + end))):
            yield f"{where}: {program} has no case {case}"
    for edit in mutation["edits"]:
        if edit["file"] not in paths:
            yield f"{where}: {edit['file']} is not in the row of the technique"
        if read(edit["file"]).count(edit["text"]) != 1:
            yield f"{where}: not once in {edit['file']}: {edit['text']!r}"


CHECKS = (
    # name, check of one file
    ("includes are on the arrows", arrows),
    ("files and functions are short", lengths),
    ("lines of C fit", columns),
    ("no word that stays for later, no path of one machine", words),
    ("no stray blanks", whitespace),
    ("Python parses", python_syntax),
    ("shell parses", shell_syntax),
    ("each row of a table has a reason", reasons),
)


def each_file(check):
    for path in files():
        for wrong in check(path, read(path)):
            yield f"{path}: {wrong}"


def tool(name, *args):
    """Problems that an outside tool prints."""
    program = os.environ.get(name.replace("-", "_").upper()) or name
    if not shutil.which(program):
        yield f"{name} is not installed"
        return
    done = subprocess.run([program, *args], cwd=TOP, capture_output=True,
                          text=True)
    if done.returncode:
        yield from (done.stdout + done.stderr).splitlines()[:200]


def clang_format():
    sources = [p for p in files() if p.endswith((".c", ".h"))]
    return tool("clang-format", "--dry-run", "-Werror", *sources)


def mandoc():
    pages = [os.path.join("docs", name)
             for name in sorted(os.listdir(os.path.join(TOP, "docs")))
             if re.search(r"\.[1-8]$", name)]
    return tool("mandoc", "-Tlint", "-Wwarning", *pages) if pages else ()


def main(argv):
    rows = [(name, lambda c=check: each_file(c)) for name, check in CHECKS]
    rows += [("escape numbers are unique", numbering),
             ("answers to techniques are where the table says", answers)]
    if "--tools" in argv:
        rows += [("clang-format agrees", clang_format),
                 ("man pages are clean", mandoc)]
    print(f"1..{len(rows)}")
    bad = 0
    for i, (name, check) in enumerate(rows, 1):
        wrong = list(check())
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {i} - {name}")
        for line in wrong:
            print("# " + line)
    return 1 if bad else 0


sys.exit(main(sys.argv[1:]))
