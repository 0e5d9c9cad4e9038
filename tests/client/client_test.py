"""client/python as its users have it (TAP): its own tests, over the source
tree and over a wheel in a fresh virtual environment, its examples, its types.

What a step needs and this machine lacks (./bootstrap check installs it) is
named, and the step skipped."""

import concurrent.futures
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    "../.."))
BUILD = os.path.abspath(os.environ.get("BUILDDIR", "build"))
CLIENT = os.path.join(TOP, "client/python")
COPIED = ("pyproject.toml", "README.md", "src", "tests")

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


class Skip(Exception):
    pass


class Broken(Exception):
    pass


def need(*modules):
    for name in modules:
        if importlib.util.find_spec(name) is None:
            raise Skip("no %s here" % name)


def copy_client(work):
    """Contents alone: a release's source tree may be read-only."""
    for name in COPIED:
        source = os.path.join(CLIENT, name)
        if os.path.isfile(source):
            shutil.copyfile(source, os.path.join(work, name))
        for folder, below, files in os.walk(source):
            below[:] = [d for d in below if d != "__pycache__"
                        and not d.endswith(".egg-info")]
            target = os.path.join(work, os.path.relpath(folder, CLIENT))
            os.makedirs(target, exist_ok=True)
            for file in files:
                shutil.copyfile(os.path.join(folder, file),
                                os.path.join(target, file))


def run(*args, **settings):
    env = {"PATH": os.environ["PATH"], "IMMURE_BIN": BUILD,
           "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"}
    env.update(settings.pop("env", {}))
    done = subprocess.run(args, stdin=subprocess.DEVNULL, text=True, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **settings)
    if done.returncode != 0:
        raise Broken(done.stdout)
    return done.stdout


def source_tests(work):
    """The tests, and all examples of docstrings and the README."""
    need("pytest")
    run(sys.executable, *PYTEST, "--doctest-modules",
        "--doctest-glob=README.md", "src", "README.md", "tests",
        cwd=work, env={"PYTHONPATH": os.path.join(work, "src")})


def types(work):
    need("mypy")
    run(sys.executable, "-m", "mypy", "--strict", "--no-incremental",
        "src/immure", cwd=work)


def wheel(work):
    """A wheel, in a virtual environment that sees nothing else of ours."""
    need("pytest", "setuptools", "wheel", "venv", "ensurepip")
    tools, fresh = (os.path.join(work, name) for name in ("tools", "fresh"))
    builder = sys.executable
    if importlib.util.find_spec("pip") is None:
        run(builder, "-m", "venv", "--system-site-packages", tools)
        builder = os.path.join(tools, "bin/python")
    run(sys.executable, "-m", "venv", "--system-site-packages",
        "--without-pip", fresh)
    pip = (builder, "-m", "pip", "-q", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index",
        "--no-cache-dir", "-w", work, work)
    made = [name for name in os.listdir(work) if name.endswith(".whl")]
    python = os.path.join(fresh, "bin/python")
    run(*pip, "--python", python, "install", "--no-index", "--no-deps",
        os.path.join(work, made[0]))
    where = run(python, "-c", "import immure; print(immure.__file__)",
                cwd="/").strip()
    if not where.startswith(fresh):
        raise Broken("imported from " + where)
    if not os.path.exists(os.path.join(os.path.dirname(where), "py.typed")):
        raise Broken("the wheel has no py.typed")
    run(python, *PYTEST, "-k", "everything or session", "tests", cwd=work)


def main():
    steps = (source_tests, types, wheel)
    if os.environ.get("SANITIZERS"):
        print("1..0 # SKIP the client has no C code")
        return
    print("1..%d" % len(steps))
    with tempfile.TemporaryDirectory() as work:
        folders = [os.path.join(work, step.__name__) for step in steps]
        for folder in folders:
            os.mkdir(folder)
            copy_client(folder)
        # Most of their time they wait: for programs to start, for limits.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for number, line in enumerate(pool.map(told, steps, folders), 1):
                print(line.replace("ok", "ok %d" % number, 1))
                sys.stdout.flush()


def told(step, work):
    """What becomes of a step, as TAP without its number."""
    try:
        step(work)
        return "ok - %s" % step.__name__
    except Skip as why:
        return "ok - %s # SKIP %s" % (step.__name__, why)
    except Broken as said:
        return "\n".join(["not ok - %s" % step.__name__, *(
            "# " + line for line in str(said).splitlines()[-60:])])


main()
