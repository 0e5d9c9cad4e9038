"""The tools `show` and `diff`: policies for people, as text or as TOML."""
import json
import sys

import _immure_gateways
import _immure_given
import _immure_policy as policy
import _jail
from _immure_keys import COUNT, TABLES, Choice, Number


# --- show ----------------------------------------------------------------------

def written(value):
    """VALUE as TOML has it, on one line."""
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s = %s" % (key, written(item))
                                  for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(map(written, value))
    return json.dumps(value, ensure_ascii=False)


def number_text(key, value):
    shown = policy.show_quantity(value, key.unit)
    return shown if key.unit == COUNT else written(shown)


def rows(whole):
    """(table, key, text, origin) of every value, items of a list by line."""
    origins = whole["origins"]
    for table, keys in TABLES.items():
        for name, key in keys.items():
            dotted = table + "." + name
            if isinstance(key, Number):
                value = whole[table].get(key.field)
                if value is not None:
                    yield (table, "%s = %s" % (name, number_text(key, value)),
                           origins.get(dotted, ""))
                continue
            if isinstance(key, Choice):
                yield (table, "%s = %s" % (name, written(whole[table][name])),
                       origins.get(dotted, ""))
                continue
            items = whole[table][name]
            if not items:
                yield table, name + " = []", origins.get(dotted, "")
                continue
            yield table, name + " = [", ""
            for item in items:
                yield (table, "    %s," % written(item),
                       origins.get(dotted + "." + item, ""))
            yield table, "]", ""


def gateway_rows(whole):
    """The same of gateways.  No secret is among them: the keys name its file
    or variable."""
    for name, gateway in whole["gateways"].items():
        table = "gateways." + name
        keys = _immure_gateways.keys_of(gateway["kind"])
        yield (table, "kind = %s" % written(gateway["kind"]),
               whole["origins"].get(table + ".kind", ""))
        for key, row in keys.items():
            number = isinstance(row, Number)
            value = gateway.get(row.field if number else key)
            if value is not None:
                yield (table, "%s = %s" % (key, number_text(row, value)
                                           if number else written(value)),
                       whole["origins"].get("%s.%s" % (table, key), ""))


def effective(whole, with_origins):
    lines, last = ["# %s, sha256:%s" % (whole["name"], whole["sha256"])], None
    for table, text, origin in [*rows(whole), *gateway_rows(whole)]:
        if table != last:
            lines += ["", "[%s]" % table]
            last = table
        lines.append("%-40s # %s" % (text, origin)
                     if with_origins and origin else text)
    return "\n".join(lines)


def show(given, options):
    if "--json" in options:
        return json.dumps(policy.find_folders(policy.load_policy(given)))
    if options:
        return effective(policy.load_policy(given), "--origin" in options)
    return policy.text_of(given).rstrip("\n")


# --- diff ------------------------------------------------------------------------

def below(name, names):
    return any(name == each or name.startswith(each + ".") for each in names)


def importable(whole):
    """What guests may import, as far as it is known without importing."""
    listed = {name for name, kind, _ in _jail.modules()
              if kind in ("guest", "shim")}
    deny = whole["modules"]["deny"]
    return {name for name in listed | set(whole["modules"]["allow"])
            if not below(name, deny)}


def usable(whole):
    """(names that the policy keeps, names that it takes away)."""
    allow = {name for name in whole["names"]["allow"] if not is_kept(name)}
    return allow, set(whole["names"]["deny"])


def is_kept(name):
    """By the lists alone, whatever the name is of."""
    found = _jail.explain(name)
    return bool(found) and all(row["stand"] == "kept" for row in found)


def tops(names):
    """Names that are not below another of them."""
    return sorted(name for name in names
                  if not below(name.rpartition(".")[0], names))


def compare_sets(old, new, gained, lost, order=tops):
    """(lines, whether power grew) for two sets of which more is power."""
    more, less = order(new - old), order(old - new)
    lines = ([gained % ", ".join(more)] if more else []) + (
        [lost % ", ".join(less)] if less else [])
    return lines, bool(more)


def given(whole):
    """(what guests find, what of it they can change)."""
    found, changed = set(), set()
    for key, item in _immure_given.items(whole["files"]):
        text = "%s (%s)" % (_immure_given.place(key, item),
                            _immure_given.split(item)[1])
        found.add(text)
        if key == "read_write":
            changed.add(text)
    if whole["files"]["given"] == "read-write":
        changed.add("what a job brings")
    return found, changed


def reached(whole):
    """The gateways, each with all that is said of it."""
    return {"%s (%s)" % (name, ", ".join(
        "%s %s" % (key, written(value)) for key, value in gateway.items()))
            for name, gateway in whole["gateways"].items()}


def compare_numbers(table, old, new):
    for name, key in TABLES[table].items():
        before, after = old[table].get(key.field), new[table].get(key.field)
        if before == after:
            continue
        shown = ["none" if value is None else
                 policy.show_quantity(value, key.unit)
                 for value in (before, after)]
        raised = after is None or (before is not None and after > before)
        yield "%s %s %s -> %s" % (name, "raised" if raised else "lowered",
                                  *shown), raised


def compare(old, new):
    """(lines, whether guests of NEW can do anything those of OLD cannot)."""
    old_allow, old_deny = usable(old)
    new_allow, new_deny = usable(new)
    old_given, old_changed = given(old)
    new_given, new_changed = given(new)
    found = [
        compare_sets(importable(old), importable(new),
                     "guest can now import: %s", "no longer: import %s"),
        compare_sets(old_allow, new_allow,
                     "guest can now use: %s", "no longer: %s"),
        compare_sets(new_deny, old_deny,
                     "no longer denied by name: %s", "now denied by name: %s"),
        compare_sets(set(old["packages"]["path"]),
                     set(new["packages"]["path"]),
                     "packages are now found in: %s",
                     "packages are no longer found in: %s"),
        compare_sets(old_given, new_given, "guest now finds: %s",
                     "guest no longer finds: %s", sorted),
        compare_sets(old_changed, new_changed, "guest can now change: %s",
                     "guest can no longer change: %s", sorted),
        compare_sets(reached(old), reached(new), "guest can now call: %s",
                     "guest can no longer call: %s", sorted),
        compare_sets(set(new["wall"]["require"]), set(old["wall"]["require"]),
                     "may now run without the wall's %s",
                     "now needs the wall's %s"),
    ]
    lines = [line for part, _ in found for line in part]
    widened = any(grew for _, grew in found)
    for line, raised in compare_numbers("limits", old, new):
        lines.append(line)
        widened |= raised
    # Not a guest's power: what the operator's machine keeps ready.
    lines += ["pool: " + line for line, _ in
              compare_numbers("pool", old, new)]
    return lines, widened


def diff(given):
    old, new = (policy.load_policy(each) for each in given)
    lines, widened = compare(old, new)
    print("\n".join(lines or ["the same power"]))
    return int(widened)


def main(args):
    """show [--effective|--origin|--json] -- POLICY, or diff -- A B."""
    action, *rest = args
    at = rest.index("--")
    try:
        if action == "diff":
            return diff(rest[at + 1:])
        print(show(rest[at + 1], rest[:at]))
    except policy.PolicyError as error:
        print("immure: %s" % str(error).replace("\n", " "), file=sys.stderr)
        return 2 if action == "diff" else 125
    return 0
