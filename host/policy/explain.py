"""The tool `explain`: what the lists say about a name.

In the zygote it is the frozen module _immure_explain."""
import difflib
import importlib
import platform
import sys
import textwrap
import types

import _immure_policy as policy
import _jail

_STANDS = {
    "kept": "kept: a guest has it",
    "dropped": "denied to every guest",
    "pairwise": "denied to guests; some functions of the library may use it",
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


def describe(found):
    """The lines of one known name."""
    lines = ["%s: %s" % (found["name"], _STANDS[found["stand"]])]
    if found["layer"]:
        lines += _field("layer", "gate, %s" % found["layer"])
    lines += _field("rule", found["rule"])
    lines += _field("reason", found["reason"])
    if found["stand"] != "kept":
        lines += _field("fix", found["fix"])
    return lines


def describe_limit(name):
    key, unit, low, high, example = policy.LIMITS[name]
    lines = ["%s: a limit" % name]
    lines += _field("range", "%s to %s" % (policy.show_quantity(low, unit),
                                           policy.show_quantity(high, unit)))
    written = example if unit == policy.COUNT else '"%s"' % example
    lines += _field("policy", "[limits] %s = %s" % (name, written))
    if unit != policy.COUNT:
        lines += _field("option", "--%s %s" % (name, example))
    return lines


def find_module(name):
    """(what the lists say of the module, rest of the name), for the longest
    module that the name begins with."""
    parts = name.split(".")
    for at in range(len(parts) - 1, 0, -1):
        found = _jail.explain(".".join(parts[:at]))
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


def describe_stand_in(name, thing):
    """A function that the jail put in the place of the library's, or None."""
    if type(thing) is type(_jail.refusing("", "", "", "")):
        try:
            thing()
        except _jail.JailDenied as denied:
            return ["%s: denied to every guest" % name,
                    *_field("rule", "%s (%s)" % (denied.rule, denied.layer)),
                    *_field("reason", str(denied))]
    code = getattr(getattr(thing, "__wrapped__", thing), "__code__", None)
    if isinstance(code, types.CodeType) and \
            code.co_filename.startswith("<immure "):
        return ["%s: the jail's own: a guest has it" % name,
                *_field("reason", "it does what needs nothing of the machine, "
                        "and refuses the rest")]
    return None


def describe_thing(name, module, thing):
    listed = own_name(thing)
    found = _jail.explain(listed) if listed else {"stand": "unknown"}
    if found["stand"] != "unknown" and listed != name:
        return ["%s is %s" % (name, listed), *describe(found)]
    if is_compiled(thing):
        return ["%s: denied to every guest" % name,
                *_field("reason", "it is compiled, and in no list")]
    return ["%s: kept: a guest has it" % name,
            *_field("reason", "it is Python code of %s: it can do what the "
                    "compiled functions that it calls may do" % module)]


def explain_part(name, found):
    """A name inside a module: (lines or None, nearest names)."""
    module, parts = find_module(name)
    if module is None:
        return None, []
    if module["stand"] != "kept":
        return ["%s: its module is denied" % name, *describe(module)], []
    thing = load(module["name"])
    for at, part in enumerate(parts):
        if not hasattr(thing, part):
            near = difflib.get_close_matches(part, dir(thing), 3)
            return None, [".".join((module["name"], *parts[:at], each))
                          for each in near]
        thing = getattr(thing, part)
    lines = describe_stand_in(name, thing)
    if lines is None and found["stand"] == "unknown":
        lines = describe_thing(name, module["name"], thing)
    return lines, []


def explain(name):
    """(lines, whether the name is known)."""
    name = name.removeprefix("builtins.")
    found = _jail.explain(name)
    if name in policy.LIMITS and found["stand"] == "unknown":
        return describe_limit(name), True
    if found["stand"] in ("dropped", "pairwise") and \
            found["layer"] != "modules":
        return describe(found), True
    lines, near = explain_part(name, found)
    if lines is not None:
        return lines, True
    if found["stand"] != "unknown":
        return describe(found), True
    near = near or list(found["nearest"])
    hint = "; near it: " + ", ".join(near) if near else ""
    return ["%s: in no list%s" % (name, hint)], False


def main(args):
    """The tool `explain`: -- NAME..., or --engine."""
    if args == ["--engine"]:
        print(platform.python_implementation().lower(),
              platform.python_version(), "stock")
        return 0
    status = 0
    for name in args[1:]:
        lines, known = explain(name)
        status |= not known
        print("\n".join(lines), file=sys.stdout if known else sys.stderr)
    return int(status)
