"""Tools that the other shims patch the library with.

All of it runs in trusted boot.  `swap` collects pairs; `swap_everywhere` makes
one pass over every loaded module, because the library copies names out of one
another (`from builtins import open as _builtin_open`).
"""
import gc
import sys
import types

import _jail

# {id(old): (old, new)}.  Kept: the gate ends only functions that it can find,
# and the old ones are held here.
_pairs = {}


def refusing(module, name, reason, fix="", what=None):
    """A callable that refuses: rule MODULE.NAME, told as WHAT or the same."""
    rule = module + "." + name
    return _jail.refusing((what or rule) + "()", rule, reason, fix)


def refuse_each(target, module, names, reason, fix=""):
    """Put a refusing callable at each of NAMES in the module or dict TARGET."""
    space = target if type(target) is dict else vars(target)
    for name in names:
        space[name] = refusing(module, name, reason, fix)


def refusing_class(module, name, reason, fix="", bases=(object,)):
    """A class that can be named and subclassed but has no instances."""
    refuse = refusing(module, name, reason, fix)

    def __new__(cls, *args, **kwargs):
        refuse()

    members = {"__new__": __new__, "__module__": module,
               "__qualname__": name}
    return types.new_class(name, bases, exec_body=lambda d: d.update(members))


def swap(old, new):
    """Remember that OLD is to be NEW wherever a module holds it by name."""
    if old is not None and old is not new:
        _pairs[id(old)] = (old, new)


def set_and_swap(module, name, new):
    """module.NAME = NEW, here and wherever the old value was imported to."""
    swap(getattr(module, name, None), new)
    setattr(module, name, new)


def swap_everywhere():
    """One pass over the dicts of all modules, and the defaults of all
    functions, for all remembered pairs."""
    for module in list(sys.modules.values()):
        space = getattr(module, "__dict__", None)
        if (type(space) is not dict or _keeps_originals(space)
                or _pairs.keys().isdisjoint(map(id, space.values()))):
            continue
        for name, value in list(space.items()):
            space[name] = _new_of(value)
    for function in gc.get_objects():
        if type(function) is types.FunctionType:
            _swap_defaults(function)


def _new_of(value):
    pair = _pairs.get(id(value))
    return pair[1] if pair is not None and pair[0] is value else value


def _swap_defaults(function):
    """def close(self, unlink=os.unlink) holds the old one as well."""
    given, named = function.__defaults__, function.__kwdefaults__
    if given and any(id(value) in _pairs for value in given):
        function.__defaults__ = tuple(map(_new_of, given))
    for name in named or ():
        named[name] = _new_of(named[name])


def _keeps_originals(space):
    """Our own modules mean what they say."""
    return str(space.get("__name__", "")).startswith("_immure_")


def stand_in(name, module):
    """Let MODULE be imported as NAME from now on."""
    module.__name__ = name
    module.__spec__ = None
    module.__loader__ = None
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, module)
