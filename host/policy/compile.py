"""Policies: TOML in, the effective policy as JSON out.

One file, two lives.  While immure is built, the interpreter that belongs to
libpython runs it as a program over profiles/*.toml.  Inside the zygote it is
the frozen module _immure_policy, and main() is the tool `policy`.

Everything is checked here, so that what comes out needs no second look: the
keys, the types, units and ranges, and that no statement is without effect.
A message starts with FILE:LINE and says what to write instead.
"""
import difflib
import hashlib
import json
import os
import re
import sys
import tomllib

import _immure_folders
import _immure_gateways
import _immure_given
from _immure_keys import (COUNT, FUEL, LATER, SIZE, TABLES, TIME, UNITS,
                          WALL_LAYERS, Choice, Names, Number)

# key: (key of the JSON, unit, lowest, highest, example)
LIMITS = {name: key[:5] for name, key in TABLES["limits"].items()}

VERBS = ("append", "remove", "replace")

TEXT_MAX = 1 << 20
EXTENDS_MAX = 16
COMMAND_LINE = "command line"

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_PATH = re.compile(r"[^\0-\x1f\x7f]+")
_QUANTITY = re.compile(r"([0-9]{1,15})([A-Za-z]*)")


class PolicyError(Exception):
    """One line for the operator."""


# --- lines -----------------------------------------------------------------

_TOKEN = re.compile(r'''
    (?P<comment>\#[^\n]*)
  | (?P<long>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5})
  | (?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')
  | (?P<bare>[A-Za-z0-9_+:-]+)
  | (?P<mark>[][{}=.,\n])
  | (?P<space>[ \t\r]+)
''', re.X | re.S)


def _tokens(text):
    """(kind, token, line) of TOML that tomllib has accepted."""
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        if match.lastgroup not in ("comment", "space"):
            yield match.lastgroup, match[0], line
        line += match[0].count("\n")
        at = match.end()


def line_index(text):
    """{path: line} of every table and key, with each text of a list as the
    last part of its path: ("modules", "allow", "decimal")."""
    index, table, path, state, depth = {}, (), [], "key", 0
    for kind, token, line in _tokens(text):
        if state == "value":
            depth += (token in "[{") - (token in "]}") \
                if kind == "mark" and token != "\n" else 0
            if kind == "text":
                short = path[:-1] if path[-1] in VERBS else path
                index.setdefault((*short, token[1:-1]), line)
            if token == "\n" and depth == 0:
                state, path = "key", []
        elif kind == "mark" and token == "[":
            state, path = "header", []
        elif token == "]" and state == "header":
            table, state, path = tuple(path), "key", []
            index.setdefault(table, line)
        elif kind == "mark" and token == "=":
            path = list(table) + path
            for n in range(1, len(path) + 1):
                index.setdefault(tuple(path[:n]), line)
            state, depth = "value", 0
        elif kind in ("text", "bare"):
            path.append(token[1:-1] if kind == "text" else token)
    return index


class Source:
    """One policy text, and where its things stand."""

    def __init__(self, text, filename):
        self.filename = filename
        self.text = text
        try:
            self.tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(_syntax(str(error), text, filename)) from None
        except RecursionError:
            raise PolicyError("%s: nested too deeply" % filename) from None
        self.index = line_index(text)

    def beside(self, path):
        """A path of this file's, which may be relative to its folder."""
        return os.path.join(os.path.dirname(self.filename), path)

    def renamed(self, path, item, new):
        """NEW, which stands where the ITEM of a list does."""
        line = self.index.get((*path, item))
        if line:
            self.index.setdefault((*path, new), line)
        return new

    def where(self, *path):
        """FILE:LINE of a path, or of the nearest thing around it."""
        while path and path not in self.index:
            path = path[:-1]
        line = self.index.get(path)
        return "%s:%d" % (self.filename, line) if line else self.filename

    def fail(self, path, message, *args):
        raise PolicyError("%s: %s" % (self.where(*path),
                                      message % args if args else message))


def _syntax(message, text, filename):
    match = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of "
                      r"document)\)$", message, re.S)
    if match is None:
        return "%s: not TOML: %s" % (filename, message)
    line = match[2] or text.count("\n") + (not text.endswith("\n")) or 1
    return "%s:%s: not TOML: %s" % (filename, line, match[1])


def _nearest(word, known):
    found = difflib.get_close_matches(str(word), known, 1, 0.6)
    return "; did you mean '%s'?" % found[0] if found else \
        "; known here: %s" % ", ".join(known)


# --- values ----------------------------------------------------------------

def show_quantity(value, unit):
    """1048576 as 1M: the largest unit that leaves a whole number."""
    for name, factor in sorted(UNITS.get(unit, {}).items(),
                               key=lambda item: -item[1]):
        if value >= factor and value % factor == 0:
            return "%d%s" % (value // factor, name)
    return "0K" if unit in (SIZE, FUEL) else str(value)


def parse_quantity(text, unit, example):
    """The number of milliseconds or bytes.  ValueError says what to write."""
    match = _QUANTITY.fullmatch(text)
    names = ", ".join(UNITS[unit])
    if match is None:
        raise ValueError("is not a whole number with a unit (%s): write, for "
                         "example, %s" % (names, example))
    if not match[2]:
        raise ValueError("has no unit (%s): write, for example, %s"
                         % (names, example))
    if match[2] not in UNITS[unit]:
        raise ValueError("has no unit of %s (%s): write, for example, %s"
                         % (unit, names, example))
    return int(match[1]) * UNITS[unit][match[2]]


def read_number(source, table, key, value):
    """The value of a key that holds a number, checked."""
    return read_number_at(source, (table, key), TABLES[table][key], value)


def read_number_at(source, path, row, value):
    _, unit, low, high, example, _ = row
    key, dotted = path[-1], ".".join(path)
    if unit == COUNT:
        if type(value) is not int:
            source.fail(path, "%s must be a whole number: write, for "
                        "example, %s = %s", dotted, key, example)
        number = value
    else:
        if not isinstance(value, str):
            source.fail(path, "%s must be a text with a unit: write, "
                        "for example, %s = \"%s\"", dotted, key, example)
        try:
            number = parse_quantity(value, unit, example)
        except ValueError as error:
            source.fail(path, "%s \"%s\" %s", dotted, value, error)
    if not low <= number <= high:
        source.fail(path, "%s %s is out of range: write %s to %s", dotted,
                    value, show_quantity(low, unit),
                    show_quantity(high, unit))
    return number


def read_items(source, path, value):
    """The value of a key that holds a list: dotted names, each once."""
    what, example, _, known, lack = TABLES[path[0]][path[1]]
    if not isinstance(value, list):
        source.fail(path, "%s must be a list of texts: write, for example, "
                    "%s = [\"%s\"]", ".".join(path), path[-1], example)
    for at, item in enumerate(value):
        place = path + (item,) if isinstance(item, str) else path
        shape = _PATH if path[0] in ("packages", "files") else _NAME
        if not isinstance(item, str) or not shape.fullmatch(item):
            source.fail(place, "%s: %s is no %s: write, for example, \"%s\"",
                        ".".join(path), json.dumps(item, default=str), what,
                        example)
        if known and item not in known:
            source.fail(place, "%s: %s '%s'%s", ".".join(path), lack, item,
                        _nearest(item, known))
        if item in value[:at]:
            source.fail(place, "%s: '%s' is named twice", ".".join(path), item)
    if path == ("packages", "path"):
        return [source.renamed(path, item, source.beside(item))
                for item in value]
    if path[0] == "files":
        return [read_given(source, path, item) for item in value]
    return value


def read_given(source, path, item):
    """An item of [files] as NAME=PATH."""
    try:
        name, file = _immure_given.split(item)
    except ValueError as error:
        source.fail((*path, item), "%s: \"%s\" %s", ".".join(path), item,
                    error)
    return source.renamed(path, item, name + "=" + source.beside(file))


def read_choice(source, table, key, value):
    words = TABLES[table][key].words
    if value not in words:
        source.fail((table, key), "%s.%s must be one of %s", table, key,
                    ", ".join('"%s"' % word for word in words))
    return value


def _change_list(source, path, old, value):
    """A list appends; {append|remove|replace = [...]} says what it does."""
    if not isinstance(value, dict):
        value = {"append": value}
    for verb in value:
        if verb not in VERBS:
            source.fail(path + (verb,), "unknown key '%s' in %s%s", verb,
                        ".".join(path), _nearest(verb, VERBS))
    if "replace" in value and len(value) > 1:
        source.fail(path, "%s: replace stands alone, the others have no "
                    "effect beside it", ".".join(path))
    read = {verb: read_items(source, path, items)
            for verb, items in value.items()}
    if "replace" in read:
        return list(read["replace"])
    for item in read.get("remove", ()):
        if item not in old:
            source.fail(path + (item,), "%s: '%s' is not there to remove%s",
                        ".".join(path), item,
                        _nearest(item, old) if old else "")
    kept = [item for item in old if item not in read.get("remove", ())]
    return kept + [i for i in read.get("append", ()) if i not in kept]


# --- one policy --------------------------------------------------------------

def empty_policy(name):
    policy = {"name": name, "tenant": name, "origins": {}, "applied": [],
              "gateways": {}}
    for table, keys in TABLES.items():
        policy[table] = {name: [] for name, key in keys.items()
                         if isinstance(key, Names)}
    return policy


def _check_key(source, table, key):
    dotted = table + "." + key
    if dotted in LATER:
        source.fail((table, key), "%s is not there: %s", dotted,
                    LATER[dotted])
    if key not in TABLES[table]:
        source.fail((table, key), "unknown key '%s' in [%s]%s", key, table,
                    _nearest(key, list(TABLES[table])))


def _apply_number(policy, source, table, key, value):
    field = TABLES[table][key].field
    policy[table][field] = read_number(source, table, key, value)


def _apply_choice(policy, source, table, key, value):
    policy[table][key] = read_choice(source, table, key, value)


def _apply_list(policy, source, table, key, value):
    origins = policy["origins"]
    path, dotted = (table, key), table + "." + key
    old = policy[table][key]
    new = _change_list(source, path, old, value)
    for item in old:
        if item not in new:
            del origins[dotted + "." + item]
    for item in new:
        if item not in old:
            origins[dotted + "." + item] = source.where(*path, item)
    policy[table][key] = new


_APPLY = {Number: _apply_number, Choice: _apply_choice, Names: _apply_list}


def _check_table(source, key, value):
    known = ["extends", "tenant", "gateways", *TABLES]
    if key in LATER:
        source.fail((key,), "%s is not there: %s", key, LATER[key])
    for table in ("limits", "pool"):
        if key in TABLES[table] and not (key in TABLES
                                         and isinstance(value, dict)):
            source.fail((key,), "%s belongs into the table [%s]", key, table)
    if key not in known:
        source.fail((key,), "unknown %s '%s'%s", "table" if
                    isinstance(value, dict) else "key", key,
                    _nearest(key, known))
    if key not in ("extends", "tenant") and not isinstance(value, dict):
        source.fail((key,), "%s is a table: write [%s]", key, key)


def _apply(policy, source):
    for key, value in source.tree.items():
        _check_table(source, key, value)
    for table in TABLES:
        for key, value in source.tree.get(table, {}).items():
            _check_key(source, table, key)
            apply = _APPLY[type(TABLES[table][key])]
            apply(policy, source, table, key, value)
            policy["origins"][table + "." + key] = source.where(table, key)
    _immure_gateways.apply(policy, source, _Tools)


class _Tools:
    """What _immure_gateways needs of this file."""
    number = staticmethod(read_number_at)
    nearest = staticmethod(_nearest)


def _extends(source):
    """What a policy starts from: profiles by name, files by path."""
    bases = source.tree.get("extends", ["pure"])
    if not isinstance(bases, list) or not bases or \
            not all(isinstance(base, str) and base for base in bases):
        source.fail(("extends",), "extends must be a list of policies: write, "
                    "for example, extends = [\"pure\"]")
    return bases


def _build(policy, source, profiles, above):
    if source.filename in above:
        raise PolicyError("%s: extends itself, by way of %s"
                          % (source.filename, above[-1]))
    if len(above) >= EXTENDS_MAX:
        raise PolicyError("%s: more than %d policies extend each other"
                          % (source.filename, EXTENDS_MAX))
    if source.text != profiles["pure"]:
        for base in _extends(source):
            _build(policy, _find_base(source, base, profiles), profiles,
                   above + [source.filename])
    if source.filename not in policy["applied"]:
        policy["applied"].append(source.filename)
        _apply(policy, source)


def _find_base(source, base, profiles):
    if base in profiles:
        return Source(profiles[base], "profile " + base)
    if base.endswith(".toml"):
        path = os.path.join(os.path.dirname(source.filename), base)
        try:
            return Source(read_text(path), path)
        except PolicyError as error:
            source.fail(("extends", base), "extends: %s", error)
    source.fail(("extends", base), "extends: '%s' is neither a profile nor "
                "a file that ends in .toml%s", base,
                _nearest(base, list(profiles)))


def _check_whole(policy):
    origins = policy["origins"]
    for table in ("modules", "names"):
        for item in policy[table]["allow"]:
            if item in policy[table]["deny"]:
                raise PolicyError(
                    "%s: %s.allow names '%s', and %s.deny does too (%s): "
                    "remove one" % (origins["%s.allow.%s" % (table, item)],
                                    table, item, table,
                                    origins["%s.deny.%s" % (table, item)]))
    _check_given(policy)


def _origin_of_given(policy, key, item):
    return policy["origins"]["files.%s.%s" % (key, item)]


def _check_given(policy):
    """No two items of [files] are for one place, and none is below a file."""
    taken, files = {}, {}
    for key, item in _immure_given.items(policy["files"]):
        place = _immure_given.place(key, item)
        where = _origin_of_given(policy, key, item)
        if place in taken:
            raise PolicyError("%s: files.%s gives %s, which is given already "
                              "(%s): remove one" % (where, key, place,
                                                    taken[place]))
        taken[place] = where
        if not _immure_given.split(item)[0].endswith("/"):
            files[place] = where
    for place, where in taken.items():
        for above in _immure_given.above(place):
            if above in files:
                raise PolicyError("%s: %s is to be below %s, which is a file "
                                  "(%s)" % (where, place, above,
                                            files[above]))


def compile_policy(text, filename, allow_imports=(), profiles=None, envs=(),
                   gateways=()):
    """The effective policy of TEXT, which FILENAME names in messages.  Raises
    PolicyError."""
    profiles = known_profiles() if profiles is None else profiles
    name = re.sub(r"\.toml$", "", os.path.basename(filename))
    policy = empty_policy(name.removeprefix("profile "))
    _build(policy, Source(text, filename), profiles, [])
    for module in allow_imports:
        if not _NAME.fullmatch(module):
            raise PolicyError("--allow-import %s: no name of a module: write, "
                              "for example, --allow-import decimal" % module)
        if module not in policy["modules"]["allow"]:
            policy["modules"]["allow"].append(module)
            policy["origins"]["modules.allow." + module] = COMMAND_LINE
            policy["origins"]["modules.allow"] = COMMAND_LINE
    _add_envs(policy, envs)
    _add_gateways(policy, gateways)
    _check_whole(policy)
    return seal_policy(policy)


def _add_envs(policy, envs):
    """--env: searched before the folders of the policy."""
    modules = policy["modules"]
    if envs and not modules["allow"] and not modules["preload"]:
        raise PolicyError("--env %s has no effect: nothing is imported from "
                          "there: name it, for example, --allow-import numpy"
                          % envs[0])
    paths = policy["packages"]["path"]
    paths[:] = list(envs) + [path for path in paths if path not in envs]
    for path in envs:
        policy["origins"]["packages.path." + path] = COMMAND_LINE


def _add_gateways(policy, given):
    """--grant NAME=URI."""
    for item in given:
        try:
            name, text = _immure_gateways.from_option(item)
        except ValueError as error:
            raise PolicyError("--grant %s" % error) from None
        _immure_gateways.apply(policy, Source(text, "--grant " + name), _Tools)


def find_folders(policy):
    """packages.path as the folders to import from, on this machine."""
    origins = policy["origins"]

    def fail(path, message):
        where = origins.get("packages.path." + path, "packages.path")
        raise PolicyError("%s%s" % (
            "--env: " if where == COMMAND_LINE else
            where + ": packages.path: ", message))

    def fail_given(key, item, message):
        raise PolicyError("%s: files.%s: %s" % (
            _origin_of_given(policy, key, item), key, message))

    packages = policy["packages"]
    packages["path"] = _immure_folders.resolve_all(packages["path"], fail)
    _immure_given.find(policy["files"], policy["origins"], fail_given)
    _check_given(policy)
    return seal_policy(policy)


def seal_policy(policy):
    """Add the hash over everything but the origins."""
    whole = {key: policy[key]
             for key in ("name", "tenant", "gateways", *TABLES)}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    whole["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    whole["origins"] = policy["origins"]
    return whole


def known_profiles():
    """{name: TOML} of the profiles that immure was built with."""
    import _immure_profiles
    return _immure_profiles.PROFILES


def read_text(path):
    try:
        with open(path, "rb") as file:
            data = file.read(TEXT_MAX + 1)
    except OSError as error:
        raise PolicyError("%s: %s" % (path, error.strerror)) from None
    if len(data) > TEXT_MAX:
        raise PolicyError("%s: over %s, no policy" % (
            path, show_quantity(TEXT_MAX, SIZE)))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError("%s:%d: not UTF-8" % (path, line)) from None


def text_of(given):
    """The TOML of a profile's name or a file's path."""
    profiles = known_profiles()
    if given in profiles:
        return profiles[given]
    if "/" not in given and not os.path.exists(given):
        raise PolicyError("no policy '%s': neither a file nor a profile%s"
                          % (given, _nearest(given, list(profiles))))
    return read_text(given)


def load_policy(given, allow_imports=(), envs=(), gateways=()):
    """The effective policy of a profile's name or a file's path."""
    profiles = known_profiles()
    name = "profile " + given if given in profiles else given
    return compile_policy(text_of(given), name, allow_imports, profiles, envs,
                          gateways)


def applied_by(given):
    """The files and profiles that make a policy, the first one first."""
    profiles = known_profiles()
    name = "profile " + given if given in profiles else given
    policy = empty_policy(given)
    _build(policy, Source(text_of(given), name), profiles, [])
    return policy["applied"]


def from_options(args):
    """The effective policy of FILE|NAME [--allow-import M|--env DIR|--grant
    NAME=URI]..., with the folders of packages as they are on this machine."""
    given, *rest = args
    options = list(zip(rest[::2], rest[1::2]))
    return find_folders(load_policy(given, *(
        [value for option, value in options if option == wanted]
        for wanted in ("--allow-import", "--env", "--grant"))))


def main(args):
    """The tool `policy`: JSON on stdout."""
    try:
        policy = from_options(args)
    except PolicyError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    sys.stdout.write(json.dumps(policy) + "\n")
    return 0
