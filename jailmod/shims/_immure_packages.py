"""The operator's packages: found in their folders, imported once, for good.

A package's functions import more when they are called; after the jail nothing
can be loaded.  So all that their code objects name is imported here.
"""
import _imp
import importlib
import marshal
import opcode
import os
import pkgutil
import sys
import types
from importlib import _bootstrap_external as external
from importlib import machinery

import _immure_package_patches
import _jail

# As host/zygote/packages.h has it: where a folder is without a mount namespace.
_FD = 63

# One thread, and no advice about pages: what the wall would kill a guest for
# (clone, madvise), or what only slows a process that lives for one job.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1", "GOTO_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "BLIS_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1",
    "NUMPY_MADVISE_HUGEPAGE": "0",
}

# Accelerators in C that no list names: the packages compute without them.
LEFT_OUT = ("gmpy2", "gmpy", "flint", "sage")

# Parts of packages that are no library: what tests, builds or draws them.
_NOT_WANTED = frozenset((
    "__main__", "tests", "test", "conftest", "benchmarks", "setup",
    "distutils", "f2py", "plotting", "examples", "this"))


class Loader(machinery.SourceFileLoader):
    """Loads a module and leaves nothing of the path it was compiled under:
    pip compiles under the operator's path, and it is in every cached file."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        data = self._read_cached(fullname, path)
        if data is None:
            return self.source_to_code(self.get_data(path), path)
        with memoryview(data) as view:
            code = marshal.loads(view[16:])
        before = code.co_filename
        _imp._fix_co_filename(code, path)
        if before != path:
            _jail.wipe(before)
        _jail.wipe(data)
        return code

    def _read_cached(self, fullname, path):
        """A cached file's bytes, when it is of this source; else None."""
        try:
            cached = external.cache_from_source(path)
            stat = self.path_stats(path)
            data = self.get_data(cached)
            about = {"name": fullname, "path": cached}
            if external._classify_pyc(data, fullname, about) != 0:
                return None     # checked by hash: compile the source
            external._validate_timestamp_pyc(
                data, int(stat["mtime"]), stat["size"], fullname, about)
        except (OSError, ImportError, EOFError, NotImplementedError):
            return None
        return data


def _finder(path):
    if path not in _folders:
        raise ImportError("not a folder of packages")
    return machinery.FileFinder(
        path, (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (Loader, machinery.SOURCE_SUFFIXES))


_folders = []


def open_folders(policy):
    """Let the import system find the packages of the policy."""
    for at, path in enumerate(policy.get("packages", {}).get("path", ()), 1):
        _folders.append(path if os.path.isdir(path)
                        else "/proc/self/fd/%d" % (_FD + at))
    if not _folders:
        return
    os.environ.update(_ENVIRONMENT)
    for name in LEFT_OUT:
        sys.modules.setdefault(name, None)
    sys.path_hooks.insert(0, _finder)
    sys.path.extend(_folders)


def close_folders():
    """Nothing more is imported from there."""
    _immure_package_patches.patch()
    for name in LEFT_OUT:
        if sys.modules.get(name, True) is None:
            del sys.modules[name]


def loaded():
    """The modules that came from there."""
    return frozenset(
        name for name, module in list(sys.modules.items())
        if type(getattr(module, "__file__", None)) is str
        and module.__file__.startswith(tuple(f + "/" for f in _folders)))


# --- what functions import ---------------------------------------------------

def import_parts(names):
    """Import the modules right below the packages NAMES: a guest writes
    `from dateutil import parser`."""
    failed = set()
    for name in names:
        path = getattr(sys.modules.get(name), "__path__", None)
        for part in pkgutil.iter_modules(path) if _is_ours(path) else ():
            if part.name not in _NOT_WANTED and part.name[0] != "_":
                _try(name + "." + part.name, failed)


def _is_ours(path):
    return path is not None and any(
        place.startswith(tuple(_folders)) for place in path)


def import_lazy(names):
    """Import what the functions of the packages NAMES, and of the packages
    these brought, import when they are called."""
    tops = {name.partition(".")[0] for name in names}
    seen, failed = set(), set()
    while True:
        todo = [name for name, module in list(sys.modules.items())
                if name not in seen and _is_part(module, name, tops)]
        if not todo:
            return
        for name in todo:
            seen.add(name)
            for wanted in sorted(_wanted_by(sys.modules[name], tops)):
                if wanted not in sys.modules and wanted not in failed:
                    _try(wanted, failed)


def _is_part(module, name, tops):
    return name.partition(".")[0] in tops and type(
        module) is types.ModuleType


def _try(name, failed):
    """It may be optional, and not there, or not for this interpreter."""
    try:
        importlib.import_module(name)
    except Exception:
        failed.add(name)


def _wanted_by(module, tops):
    spec = module.__spec__
    package = spec.parent if spec is not None else ""
    found = set()
    for code in _codes_of(module):
        for name in _imports_of(code, package):
            parts = name.split(".")
            if parts[0] in tops and _NOT_WANTED.isdisjoint(parts):
                found.add(name)
    return found


def _codes_of(module):
    """Code objects of the functions and classes that the module defines."""
    queue = [value for value in vars(module).values()
             if _is_defined_in(module, value)]
    seen = set()
    while queue:
        thing = queue.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        # By type(): what isinstance() asks, __class__, may be a lazy object's.
        kind = type(thing)
        if kind is types.CodeType:
            yield thing
            queue += [const for const in thing.co_consts
                      if type(const) is types.CodeType]
        elif issubclass(kind, type):
            queue += vars(thing).values()
        else:
            queue += _inside(thing)


def _is_defined_in(module, value):
    try:
        return value.__module__ == module.__name__
    except Exception:
        return False    # an object that imports something when it is asked


def _inside(thing):
    """What a function, or a wrapper around one, is made of."""
    if issubclass(type(thing), property):
        return thing.fget, thing.fset, thing.fdel
    if issubclass(type(thing), (classmethod, staticmethod)):
        thing = thing.__func__
    if type(thing) is not types.FunctionType:
        return ()
    return [part for part in (vars(thing).get("__wrapped__"), thing.__code__)
            if part is not None]


def _imports_of(code, package):
    """Modules that a code object imports: `from a import b` may mean a.b."""
    raw = code.co_code
    if _IMPORT_NAME not in raw[::2]:
        return
    extended = 0
    constants = []
    for at in range(0, len(raw), 2):
        op, arg = raw[at], raw[at + 1] | extended
        extended = 0
        if op == opcode.EXTENDED_ARG:
            extended = arg << 8
        elif op == _LOAD_CONST:
            constants.append(code.co_consts[arg])
        elif op == _IMPORT_NAME and len(constants) >= 2:
            level, members = constants[-2:]
            yield from _resolved(code.co_names[arg], level, members, package)


_LOAD_CONST = opcode.opmap["LOAD_CONST"]
_IMPORT_NAME = opcode.opmap["IMPORT_NAME"]


def _resolved(name, level, members, package):
    if type(level) is not int:
        return
    if level:
        parts = package.split(".")
        base = ".".join(parts[:len(parts) - level + 1])
        name = base + "." + name if name else base
    yield name
    for member in members if type(members) is tuple else ():
        if not hasattr(sys.modules.get(name), member):
            yield name + "." + member
