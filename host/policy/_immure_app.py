"""app.toml: what `immure app` hosts.  The tool `app`: TOML in, JSON out.

An application is a folder, which is its /job, and may have an app.toml; only
`name` and `entry` have to be there.  What is wrong is told as in policies:
FILE:LINE, and what to write instead."""
import json
import os
import re
import sys

import _immure_given
import _immure_policy as policies
from _immure_keys import COUNT, SIZE, TIME, Number
from _immure_policy import PolicyError

_K = 1024
_DAY = 24 * 60 * 60 * 1000
DEBIAN = "/usr/lib/python3/dist-packages"

# key: (pattern of an item, what it is, example); a list of texts.
LISTS = {
    "hosts": (re.compile(r"(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|"
                         r"\[[0-9A-Fa-f:.]+\]"),
              "host", "shop.example.org"),
    "paths": (re.compile(r"/([!-.0-:<=>@-~]+(/[!-.0-:<=>@-~]+)*)?"),
              "path that begins with / and does not end with one", "/shop"),
    "files": (re.compile(r"[^\0-\x1f\x7f]+"), "file to give", "shop.py"),
    "packages": (policies._NAME, "package", "flask"),
    "packages_path": (re.compile(r"[^\0-\x1f\x7f]+"), "folder of packages",
                      "venv"),
}
TEXTS = {
    "name": (re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"),
             "a name of letters, digits, _ and -", "shop"),
    "entry": (re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*"),
              "MODULE:CALLABLE", "shop:app"),
    "policy": (re.compile(r"[^\0-\x1f\x7f]+"), "a profile or a file", "app"),
}
COUNTS = {"workers": (1, 64, 2)}
SWITCHES = {"own_zygote": False}

# [limits]: key: (key of the JSON, unit, lowest, highest, default)
LIMITS = {
    "wall": Number("wall_ms", TIME, 10, _DAY, "30s",
                   "Time by the clock of a request"),
    "cpu": Number("cpu_ms", TIME, 10, _DAY, "10s",
                  "Processor time of a request"),
    "memory": Number("memory", SIZE, _K ** 2, 64 * _K ** 3, "256M",
                     "Memory of a worker beyond what it is born with"),
    "output": Number("output", SIZE, _K, 64 * _K ** 2, "64K",
                     "What a request may print"),
    "files": Number("files", SIZE, 0, _K ** 3, "64M",
                    "The application's files, and those that it makes"),
    "body": Number("body", SIZE, 0, 64 * _K ** 3, "8M",
                   "A request's body"),
    "buffer": Number("buffer", SIZE, 0, 16 * _K ** 2, "64K",
                     "So much of a body is awaited before a worker has it"),
    "client": Number("client_ms", TIME, 100, 60 * 60000, "30s",
                     "How long a worker waits for a client that is slow"),
    "load": Number("load_ms", TIME, 100, _DAY, "30s",
                   "Time to load the application"),
    "queue": Number("queue", COUNT, 1, 10000, "64",
                    "Requests that wait for a worker; more get 503"),
    "requests": Number("requests", COUNT, 0, 10 ** 9, "0",
                       "A worker is replaced after so many; 0: never"),
}
KEYS = [*TEXTS, *LISTS, *COUNTS, *SWITCHES, "limits", "environment"]
NEEDED = ("name", "entry")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# Not the application's: caches, environments, version control.
_SKIPPED = {"__pycache__", "app.toml", "venv", "node_modules"}


def read_app(path):
    """The application of an app.toml, or of a folder that has one."""
    file = os.path.join(path, "app.toml") if os.path.isdir(path) else path
    source = policies.Source(policies.read_text(file), file)
    for key in source.tree:
        if key not in KEYS:
            source.fail((key,), "unknown key '%s'%s", key,
                        policies._nearest(key, KEYS))
    for key in NEEDED:
        if key not in source.tree:
            raise PolicyError("%s: %s is missing: write, for example, "
                              "%s = \"%s\"" % (file, key, key, TEXTS[key][2]))
    app = {"file": os.path.abspath(file),
           "folder": os.path.dirname(os.path.abspath(file))}
    for key in TEXTS:
        app[key] = _text(source, key)
    for key in LISTS:
        app[key] = _list(source, key)
    for key, (low, high, default) in COUNTS.items():
        app[key] = _count(source, key, low, high, default)
    for key, default in SWITCHES.items():
        app[key] = _switch(source, key, default)
    app["limits"] = _limits(source)
    app["environment"] = _environment(source)
    _add_policy(source, app)
    _add_files(source, app)
    return app


def _text(source, key):
    pattern, what, example = TEXTS[key]
    value = source.tree.get(key, "app")
    if not isinstance(value, str) or not pattern.fullmatch(value):
        source.fail((key,), "%s must be %s: write, for example, %s = \"%s\"",
                    key, what, key, example)
    return value


def _list(source, key):
    pattern, what, example = LISTS[key]
    value = source.tree.get(key, [])
    if not isinstance(value, list):
        source.fail((key,), "%s must be a list of texts: write, for example, "
                    "%s = [\"%s\"]", key, key, example)
    for at, item in enumerate(value):
        if not isinstance(item, str) or not pattern.fullmatch(item):
            source.fail((key, item) if isinstance(item, str) else (key,),
                        "%s: %s is no %s: write, for example, \"%s\"", key,
                        json.dumps(item, default=str), what, example)
        if item in value[:at]:
            source.fail((key, item), "%s: '%s' is named twice", key, item)
    return value


def _count(source, key, low, high, default):
    value = source.tree.get(key, default)
    if type(value) is not int or not low <= value <= high:
        source.fail((key,), "%s must be a whole number from %d to %d: write, "
                    "for example, %s = %d", key, low, high, key, default)
    return value


def _switch(source, key, default):
    value = source.tree.get(key, default)
    if type(value) is not bool:
        source.fail((key,), "%s must be true or false", key)
    return value


def _limits(source):
    table = source.tree.get("limits", {})
    if not isinstance(table, dict):
        source.fail(("limits",), "limits is a table: write [limits]")
    for key in table:
        if key not in LIMITS:
            source.fail(("limits", key), "unknown key '%s' in [limits]%s",
                        key, policies._nearest(key, list(LIMITS)))
    return {number.field: _number(source, key, number, table)
            for key, number in LIMITS.items()}


def _number(source, key, number, table):
    if key not in table:
        return int(number.example) if number.unit == COUNT else \
            policies.parse_quantity(number.example, number.unit, "")
    return policies.read_number_at(source, ("limits", key), number, table[key])


def _environment(source):
    table = source.tree.get("environment", {})
    if not isinstance(table, dict):
        source.fail(("environment",), "environment is a table: write "
                    "[environment]")
    for key, value in table.items():
        if not _VARIABLE.fullmatch(key):
            source.fail(("environment", key), "environment: '%s' is no name "
                        "of a variable", key)
        if not isinstance(value, str) or "\0" in value:
            source.fail(("environment", key), "environment.%s must be a text",
                        key)
    return ["%s=%s" % pair for pair in table.items()]


def _add_policy(source, app):
    """The effective policy: that of `policy`, with the packages."""
    given = app["policy"]
    if given not in policies.known_profiles():
        # Whatever its gateways name is absolute then: see _files_in.
        given = os.path.abspath(source.beside(given))
    paths = [source.beside(path) for path in app["packages_path"]]
    try:
        if paths and not app["packages"]:
            source.fail(("packages_path",), "packages_path has no effect "
                        "without packages: write, for example, packages = "
                        "[\"flask\"]")
        policy = policies.load_policy(given, app["packages"], paths)
        if app["packages"] and not policy["packages"]["path"]:
            policy["packages"]["path"].append(DEBIAN)
        if policy["gateways"]:  # whose keys they are: never another's
            policy["tenant"] = app["name"]
        policy = policies.find_folders(policy)
    except PolicyError as error:
        text = str(error)
        if not text.startswith(source.filename):
            text = "%s: %s" % (source.where("policy"), text)
        raise PolicyError(text) from None
    app["policy_files"] = [] if given in policies.known_profiles() else \
        [os.path.abspath(file) for file in policies.applied_by(given)
         if not file.startswith("profile ")]
    app["kept_back"] = sorted({
        os.path.realpath(path) + end for path in _files_in(policy["gateways"])
        for end in _SQLITE_ENDS})
    # Applications of one policy share what it costs; where a statement stands
    # is no part of it.
    app["policy"] = json.dumps({**policy, "origins": {}}, sort_keys=True)


# What SQLite puts beside a database holds its rows too.
_SQLITE_ENDS = ("", "-wal", "-shm", "-journal")
_PATH_BEGINS = re.compile(r"(?:^|[= ]|sqlite:)(?=/)")


def _files_in(table):
    """The files that gateways read, or write to: the operator's alone.  Of a
    text that could hold one at several places, all count."""
    if isinstance(table, dict):
        table = list(table.values())
    if isinstance(table, list):
        return [path for each in table for path in _files_in(each)]
    if not isinstance(table, str):
        return []
    paths = [table[match.end():] for match in _PATH_BEGINS.finditer(table)]
    return paths + [path.partition("&")[0] for path in paths if "&" in path]


def _add_files(source, app):
    """files as NAME=PATH of what is in the folder, or as app.toml says."""
    items = app["files"] or list(_whole_folder(app["folder"]))
    named = set()
    files = {key: [] for key in _immure_given.HOMES}
    origins = {}
    for item in items:
        try:
            name, path = _immure_given.split(item)
        except ValueError as error:
            source.fail(("files", item), "files: \"%s\" %s", item, error)
        named.add(name.rstrip("/"))
        new = name + "=" + os.path.join(app["folder"], path)
        files["read_write"].append(new)
        origins["files.read_write." + new] = source.where("files", item)

    def fail(key, item, message):
        raise PolicyError("%s: files: %s" % (origins["files.%s.%s" % (
            key, item)], message))

    _immure_given.find(files, origins, fail)
    skipped = {"__pycache__"} if app["files"] else _SKIPPED
    kept_back = {*app["kept_back"],
                 *map(os.path.realpath, app["policy_files"])}
    app["files"] = [
        item for item in files["read_write"]
        if not skipped & set(item.partition("=")[0].split("/"))
        and not _is_hidden(item.partition("=")[0], named)
        and os.path.realpath(item.partition("=")[2]) not in kept_back]


def _is_hidden(name, named):
    """Whether it is below what is named, and hidden there."""
    parts = name.rstrip("/").split("/")
    top = max((at for at in range(len(parts) + 1)
               if "/".join(parts[:at]) in named), default=0)
    return any(part.startswith(".") for part in parts[top:])


def _whole_folder(folder):
    """What an application has by itself: its folder, less what is hidden."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name[0] == "." or entry.name in _SKIPPED \
                or entry.is_symlink() or "=" in entry.name:
            continue
        if not entry.is_dir() or not os.path.exists(
                os.path.join(entry.path, "pyvenv.cfg")):
            yield entry.name + "/" * entry.is_dir()


def check_apart(apps):
    """No two have one name, or answer for one host and path."""
    names, places = {}, {}
    for app in apps:
        if app["name"] in names:
            raise PolicyError("%s: name '%s' is that of %s too" % (
                app["file"], app["name"], names[app["name"]]))
        names[app["name"]] = app["file"]
        for host in app["hosts"] or [""]:
            for path in app["paths"] or ["/"]:
                place = host.lower(), path
                if place in places:
                    raise PolicyError(
                        "%s: %s answers for %s%s already: give them hosts or "
                        "paths of their own" % (app["file"], places[place],
                                                host or "every host", path))
                places[place] = app["file"]


def main(args):
    """The tool `app`: a JSON list of the applications PATH..."""
    try:
        apps = [read_app(path) for path in args]
        check_apart(apps)
    except PolicyError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    sys.stdout.write(json.dumps(apps) + "\n")
    return 0
