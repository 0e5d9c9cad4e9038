"""The tool `explain`: what the lists say about a name.

In the zygote it is the frozen module _immure_explain."""
import builtins
import difflib
import errno
import importlib
import sys
import textwrap
import types

import _immure_policy as policy
import _jail
import _vfs
import _wall

_STANDS = {
    "kept": "kept: a guest has it",
    "checked": "checked: a guest has it; what it is called with is looked at",
    "dropped": "dropped: denied to every guest",
    "pairwise": "dropped: denied to guests; some functions of the library may "
                "use it",
    "its own": "dropped: denied to guests, but for what is their own; some "
               "functions of the library may use it",
    "make": "kept where the type is: it makes an object of it",
    "use": "kept where the type is: it uses an object of it",
}
# Raised by what has an effect; a guest meets the hook, not the event.
_EVENTS = {
    "kept": "kept: it may happen",
    "checked": "checked: it may happen, or not, by what it is about",
    "dropped": "dropped: what raises it is refused",
    "pairwise": "dropped: some functions of the library may raise it",
}
# What a guest meets at a limit; the numbers are the policy's.
_LIMITS = {
    "cpu": "processor time; then immure.TimeLimit is raised, and 30 ms later "
           "the guest is killed",
    "wall": "time on the clock; then immure.TimeLimit is raised, and 30 ms "
            "later the guest is killed",
    "memory": "memory of the guest; then MemoryError is raised",
    "output": "bytes of standard output and error; then the guest is killed",
    "files": "bytes of all files given to the guest, and of those that it "
             "makes; then OSError, no space left, is raised",
    "fuel": "steps of Python; then immure.TimeLimit is raised, and the guest "
            "ends a tenth of the steps later",
    "recursion": "Python calls within calls; then RecursionError is raised",
}
_WIDTH = 78
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE


def _field(label, text):
    if not text:
        return []
    head = "    %-8s" % (label + ":")
    return textwrap.wrap(text, _WIDTH, initial_indent=head,
                         subsequent_indent=" " * len(head),
                         break_long_words=False, break_on_hyphens=False)


def _headline(name, found, replaced):
    called = "" if found["name"] == name else " (%s)" % found["name"]
    layer, stand = found["layer"], found["stand"]
    if layer == "audit events":
        return "%s, the audit event: %s" % (name, _EVENTS[stand])
    if replaced and stand == "dropped":
        called = ", CPython's own" + called
    if layer == "attributes" and stand == "pairwise":
        stand = "its own"
    return "%s%s: %s" % (name, called, _STANDS[stand])


def describe(name, found, replaced=False):
    """The lines of one row of the gate's lists.  replaced: guests have
    another thing by that name."""
    where = " (%s)" % found["where"] if found["where"] else ""
    return [_headline(name, found, replaced),
            *_field("layer", "gate, %s" % found["layer"]),
            *_field("rule", found["rule"] + where),
            *_field("reason", found["reason"]),
            *_field("fix", "" if found["stand"] == "kept" else found["fix"])]


def describe_limit(name):
    _, unit, low, high, example = policy.LIMITS[name]
    written = example if unit == policy.COUNT else '"%s"' % example
    option = "" if unit == policy.COUNT else " or --%s %s" % (name, example)
    return ["%s: a limit" % name,
            *_field("layer", "limits"),
            *_field("rule", "[limits] %s, from %s to %s" % (
                name, policy.show_quantity(low, unit),
                policy.show_quantity(high, unit))),
            *_field("reason", _LIMITS.get(name)),
            *_field("fix", "[limits] %s = %s in the policy%s" % (
                name, written, option))]


def describe_key(name):
    """A key of policies, or None."""
    table, _, key = name.partition(".")
    row = policy.TABLES.get(table, {}).get(key)
    if row is None:
        return None
    return ["%s: a key of policies" % name,
            *_field("layer", "policy, [%s]" % table),
            *_field("reason", row.text)]


def describe_layer(name):
    """A layer of the wall, or None."""
    for layer, stops, get in _wall.layers():
        if layer == name:
            return ["%s: a layer of the wall" % name,
                    *_field("layer", "wall, %s" % name),
                    *_field("rule", '[wall] require = ["%s"] makes a run '
                            "without it an error" % name),
                    *_field("reason", "it keeps a guest from " + stops),
                    *_field("fix", "where it is missing: " + get)]
    return None


def describe_syscall(name):
    """A system call, or None."""
    for known, refused, reason in _wall.syscalls():
        if known == name:
            said = ("dropped: it fails with %s" % errno.errorcode[refused]
                    if refused else "kept: a guest can make it, with the "
                    "arguments that the table allows")
            return ["%s, the system call: %s" % (name, said),
                    *_field("layer", "wall, seccomp"),
                    *_field("rule", "%s (host/wall/syscalls.c)" % name),
                    *_field("reason", reason)]
    if not _wall.is_syscall(name):
        return None
    return ["%s, the system call: dropped: it kills the guest" % name,
            *_field("layer", "wall, seccomp"),
            *_field("rule", "any call without a row (host/wall/syscalls.c)"),
            *_field("reason", "CPython does without it in a guest"),
            *_field("fix", "the gate refuses what would make it with an "
                    "exception; only native code comes this far")]


def find_module(name):
    """(row of the longest module that the name begins with, rest of it)."""
    parts = name.split(".")
    for at in range(len(parts) - 1, 0, -1):
        for found in _jail.explain(".".join(parts[:at])):
            if found["layer"] == "modules":
                return found, parts[at:]
    return None, parts


def load(module):
    """A module as guests have it, with the patches of the jail."""
    if "immure" not in sys.modules:
        import _immure_boot
        _immure_boot.prepare({})
    return importlib.import_module(module)


def is_compiled(thing):
    """Whether the lists must name it: C functions, and types made in C."""
    if isinstance(thing, type):
        return not thing.__flags__ & _HEAP_TYPE
    return isinstance(thing, (types.BuiltinFunctionType,
                              types.MethodDescriptorType,
                              types.WrapperDescriptorType))


def own_name(thing):
    """What the lists call a C function or type, whatever it is imported as:
    random.random is _random.Random.random."""
    module = getattr(thing, "__module__", None)
    name = getattr(thing, "__qualname__", None)
    if isinstance(thing, type) and getattr(_vfs, str(name), None) is thing:
        module = "_vfs"  # it is shown as of _io
    bound = getattr(thing, "__self__", None)
    if isinstance(thing, types.BuiltinFunctionType) and \
            not isinstance(bound, (types.ModuleType, types.NoneType)):
        for kind in type(bound).__mro__:
            if thing.__name__ in vars(kind):
                module = kind.__module__
                name = "%s.%s" % (kind.__qualname__, thing.__name__)
                break
    if not module or not name:
        return None
    return ("%s.%s" % (module, name)).removeprefix("builtins.")


def is_refusing(thing):
    """A function that only refuses, or a class that makes no instances: those
    of _immure_patch."""
    if not isinstance(thing, type):
        return type(thing) is type(_jail.refusing("", "", "", ""))
    make = vars(thing).get("__new__")
    made_by = getattr(getattr(make, "__func__", make), "__qualname__", "")
    return made_by == "refusing_class.<locals>.__new__"


def describe_stand_in(name, thing):
    """A function or class that the jail put in the place of the library's, or
    None."""
    if is_refusing(thing):
        try:
            thing()
        except _jail.JailDenied as denied:
            return ["%s: %s" % (name, _STANDS["dropped"]),
                    *_field("layer", "%s, functions of the library"
                            % denied.layer),
                    *_field("rule", denied.rule),
                    *_field("reason", str(denied)),
                    *_field("fix", denied.fix)]
    made = vars(thing).get("__init__") if isinstance(thing, type) else thing
    code = getattr(getattr(made, "__wrapped__", made), "__code__", None)
    if isinstance(code, types.CodeType) and \
            code.co_filename.startswith("<immure "):
        return ["%s: kept: a guest has the jail's own" % name,
                *_field("layer", "gate, functions of the library"),
                *_field("reason", "it does what needs nothing of the machine, "
                        "and refuses the rest")]
    return None


def describe_thing(name, module, thing):
    listed = own_name(thing)
    rows = _jail.explain(listed) if listed else []
    if rows:
        return [line for row in rows for line in describe(name, row)]
    if is_compiled(thing):
        return ["%s: %s" % (name, _STANDS["dropped"]),
                *_field("layer", "gate, C functions"),
                *_field("rule", "what is in no list"),
                *_field("reason", "it is compiled, and nobody has read it "
                        "yet"),
                *_field("fix", '[names] allow = ["%s"] in the policy'
                        % (listed or name))]
    return ["%s: kept: a guest has it" % name,
            *_field("layer", "gate, modules"),
            *_field("rule", module["rule"] + " (%s)" % module["where"]),
            *_field("reason", "it is Python code of %s (%s): it can do what "
                    "the compiled functions that it calls may do"
                    % (module["name"], module["reason"]))]


def has_stand_in(name, rows):
    """Whether guests may have something of the jail's by a dropped name:
    io.open is ours, and CPython's is dead."""
    module = find_module(name)[0]
    return module is not None and module["stand"] == "kept" and \
        any(row["stand"] == "dropped" for row in rows)


def explain_part(name):
    """A name inside a module: (lines, nearest names)."""
    module, parts = find_module(name)
    if module is None or sys.modules.get(module["name"], "") is None:
        return [], []
    if module["stand"] != "kept":
        return ["%s: its module is denied" % name,
                *describe(module["name"], module)], []
    thing = load(module["name"])
    for at, part in enumerate(parts):
        if is_refusing(thing):      # it has no methods, as no instances
            break
        if not hasattr(thing, part):
            near = difflib.get_close_matches(part, dir(thing), 3)
            return [], [".".join((module["name"], *parts[:at], each))
                        for each in near]
        thing = getattr(thing, part)
    return describe_stand_in(name, thing) or \
        describe_thing(name, module, thing), []


def explain(name):
    """(lines, whether the name is known): all that is called so."""
    name = name.removeprefix("builtins.").removesuffix("()")
    rows = _jail.explain(name)
    if name in vars(builtins):
        rows = [row for row in rows if row["layer"] != "C functions"]
    lines, near = [], []
    exact = [row for row in rows if row["name"] == name]
    if not exact or has_stand_in(name, exact):
        lines, near = explain_part(name)
    replaced = bool(lines) and ": kept" in lines[0]
    for row in rows:
        described = describe(name, row, replaced)
        lines += [] if described[0] in lines else described
    if name in policy.LIMITS:
        lines += describe_limit(name)
    lines += describe_key(name) or []
    lines += describe_layer(name) or []
    lines += describe_syscall(name) or []
    if lines:
        return lines, True
    near += _jail.nearest(name) + difflib.get_close_matches(name, _others())
    near = list(dict.fromkeys(near))[:5]
    hint = "; near it: " + ", ".join(near) if near else ""
    return ["%s: in no list%s" % (name, hint)], False


def _others():
    """Names that are not the gate's."""
    keys = [table + "." + key for table, rows in policy.TABLES.items()
            for key in rows]
    return [*policy.LIMITS, *keys, *(row[0] for row in _wall.layers()),
            *(row[0] for row in _wall.syscalls())]


def main(args):
    """The tool `explain`: -- NAME..., or --engine."""
    if args == ["--engine"]:
        print(_wall.engine())
        return 0
    status = 0
    for name in args[1:]:
        lines, known = explain(name)
        status |= not known
        print("\n".join(lines), file=sys.stdout if known else sys.stderr)
    return int(status)
