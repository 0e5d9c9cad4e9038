"""Modules that the jail does not have, for test files that name them.

The first part of guest.py: one program, two files.
"""
import importlib
import sys
import types


class MissingModule(ImportError):
    """A case used a module that is dropped; RULE is that of the denial that
    the import met."""

    def __init__(self, name, rule):
        super().__init__("No module named %r in this jail" % name, name=name)
        self.rule, self.layer = rule, "gate"


class Missing:
    """Something of a dropped module.  It can be named, called and inherited
    from while a test file is loaded, so that the cases that do without it
    run; a case that uses it ends."""

    loading = True

    def __init__(self, name, rule, *args, **kwargs):
        if not Missing.loading:         # a class calls that of its base
            raise MissingModule(self.__name__, self.__rule__)
        self.__name__, self.__rule__ = name, rule

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(self)

    def __call__(self, *args, **kwargs):
        return _missing(self)

    def __getitem__(self, key):
        return _missing(self)

    def __mro_entries__(self, bases):
        return (type("MissingBase", (MissingBase,), {"missing": self}),)


class MissingBase:
    """A class that inherits from something of a dropped module; of a class of
    cases there are objects, for they may do without it."""

    def __new__(cls, *args, **kwargs):
        if not Missing.loading:
            _missing(cls.missing)
        return super().__new__(cls)


class MissingNamespace(types.ModuleType):
    """In the place of a dropped module."""

    def __init__(self, name, rule):
        super().__init__(name)
        self.__rule__ = rule

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(self)


def _missing(part):
    if not Missing.loading:
        raise MissingModule(part.__name__, part.__rule__)
    return Missing(part.__name__, part.__rule__)


def put_missing(names, constants):
    """Stand-ins for those of NAMES that the jail refuses to import; of a C
    module of the tests {name: its numbers} are there."""
    put = []
    for name in names:
        try:
            importlib.import_module(name)
            continue
        except ImportError as error:
            rule = getattr(error, "rule", None)
        module = MissingNamespace(name, rule)
        vars(module).update(constants.get(name, ()))
        parent, _, child = name.rpartition(".")
        sys.modules[name] = module
        if isinstance(sys.modules.get(parent), types.ModuleType):
            setattr(sys.modules[parent], child, module)
        put.append(name)
    tell(stand_ins=put)
