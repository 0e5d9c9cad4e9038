"""What a test file needs to run where nothing can be imported: the sources of
its helpers, in the order in which they are to be run, found by reading the
import statements."""

import ast
import functools
import glob
import importlib
import importlib.util
import os

LIB = os.path.dirname(os.__file__)

# They are about the test suite itself.
_SKIPPED = ("test.libregrtest", "test.regrtest", "test.autotest",
            "test.__main__")


@functools.lru_cache(None)
def locate(name):
    """(path, is a package) of a module with a source, or None; a package
    without one has the path None."""
    base = os.path.join(LIB, *name.split("."))
    if os.path.isfile(base + "/__init__.py"):
        return base + "/__init__.py", True
    if os.path.isfile(base + ".py"):
        return base + ".py", False
    return (None, True) if glob.glob(base + "/*.py") else None


@functools.lru_cache(None)
def parse(path):
    if path is None:
        return ast.Module([], [])
    with open(path, "rb") as f:
        try:
            return ast.parse(f.read())
        except SyntaxError:
            return ast.Module([], [])


@functools.lru_cache(None)
def imported(name):
    """The modules that the source of NAME names in import statements."""
    return tuple(dict.fromkeys(_imported(name)))


def _imported(name):
    path, package = locate(name)
    home = name if package else name.rpartition(".")[0]
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = home.split(".")
                parts = parts[:len(parts) - node.level + 1]
                base = ".".join(parts + ([base] if base else []))
            yield base
            for alias in node.names:
                yield base + "." + alias.name


# Test files ask for them in try statements, and do half of their work then.
_ALWAYS = ("_testcapi", "_testinternalcapi", "multiprocessing")


@functools.lru_cache(None)
def _exists(name):
    try:
        return locate(name) is not None \
            or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def required(names):
    """The modules, but for those of the tests, that the sources of NAMES
    import unconditionally; packages first."""
    found = dict.fromkeys(_ALWAYS)
    for name in names:
        for node in parse(locate(name)[0]).body:
            if isinstance(node, ast.Import):
                found.update(dict.fromkeys(a.name for a in node.names))
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found[node.module] = None
                found.update(dict.fromkeys(
                    node.module + "." + a.name for a in node.names))
    parents = {name.rpartition(".")[0] for name in found} - {""}
    return [name for name in sorted(parents | set(found))
            if name.partition(".")[0] not in ("test", "__future__")
            and not name.startswith("unittest.test") and _exists(name)]


def _within(name, packages):
    return any(name == p or name.startswith(p + ".") for p in packages)


def order(name, packages, out):
    """Append to OUT, dependencies first, NAME and what it imports of
    PACKAGES."""
    if name in out or name.startswith(_SKIPPED) or locate(name) is None:
        return
    out[name] = None
    parent = name.rpartition(".")[0]
    if _within(parent, packages):
        order(parent, packages, out)
    for other in imported(name):
        if _within(other, packages):
            order(other, packages, out)
    del out[name]           # to the end
    out[name] = True


def rows(names):
    """[name, given file or "", is a package] of each."""
    found = []
    for name in names:
        path, package = locate(name)
        found.append([name, os.path.relpath(path, LIB) if path else "",
                      package])
    return found


@functools.lru_cache(None)
def fresh_names(name):
    """What the source of NAME asks import_fresh_module() for."""
    return tuple(_fresh_names(name))


def _fresh_names(name):
    for node in ast.walk(parse(locate(name)[0])):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called != "import_fresh_module":
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def fresh_rows(names):
    """{name: rows} for those that have a source."""
    found = {}
    for name in names:
        if locate(name) is None:
            continue
        out = {}
        if locate(name)[1]:
            order(name, (name,), out)
        else:
            out[name] = True
        found[name] = rows(out)
    return found


def constants(name):
    """The numbers of a module: limits of C types, sizes of headers."""
    return {key: value for key, value in
            vars(importlib.import_module(name)).items()
            if type(value) in (int, float) and not key.startswith("__")}


def make(module, jailed, more_fresh=(), data=()):
    """(plan, [given file]) of a test module."""
    plan = {"module": module, "jailed": jailed, "modules": [], "fresh": {},
            "missing": [],
            "skip": [], "only": None}
    if not jailed:
        return plan, []
    out = {}
    packages = ("test", "unittest.test")
    for name in ("test.support.import_helper", "test.support.os_helper",
                 module):
        order(name, packages, out)
    plan["modules"] = rows(out)
    plan["missing"] = required(out)
    plan["constants"] = {name: constants(name) for name in plan["missing"]
                         if name.startswith("_test")}
    wanted = set(more_fresh)
    if not more_fresh:
        for name in out:
            wanted.update(fresh_names(name))
    plan["fresh"] = fresh_rows(sorted(wanted))
    given = {row[1] for row in plan["modules"]}
    for some in plan["fresh"].values():
        given.update(row[1] for row in some)
    given.discard("")
    for pattern in data:
        for path in glob.glob(os.path.join(LIB, pattern), recursive=True):
            if os.path.isfile(path):
                given.add(os.path.relpath(path, LIB))
    return plan, sorted(given)
