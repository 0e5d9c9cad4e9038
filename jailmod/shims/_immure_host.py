"""sys.enter_jail(): the jail for an interpreter that ran as ordinary Python.

The program has imported what it liked, the real socket included.  The same
patches are applied in place; modules it holds are given the patched names
wherever they hold the originals.  What they hold otherwise is theirs, and the
gate has ended what of it has an effect.
"""
import sys
import types

import _immure_boot
import _immure_patch
import _immure_tokens

# Imported afresh, because what they took from others at import can't be
# patched: accelerators that are not used in the jail, base classes from io.
_AGAIN = ("pickle", "asyncio", "tarfile", "uuid", "zoneinfo", "_zoneinfo",
          "selectors", "concurrent.futures", "gzip", "bz2", "lzma",
          "_compression", "_pyio")

# Out of sys.modules but alive: the gate must find their functions.
_kept = []


def begin(policy, register):
    """Normal mode: the program may register gateways by REGISTER(name, uri)."""
    _immure_tokens.declare(policy)
    _immure_tokens.open_registration(register)


def prepare_in_place(policy):
    """Patch this interpreter; return the policy that jail_enter() takes.

    The program's own modules leave sys.modules, unless the policy allows
    them: it keeps using those it has imported.
    """
    argv = list(sys.argv)
    _immure_tokens.close_registration()
    _flush()
    old = _take_out(_AGAIN + _immure_boot.STAND_INS + _immure_boot.BLOCKED
                    + ("multiprocessing", "ctypes"))
    _immure_boot.install_stand_ins()
    zones = _immure_boot._read_zones()
    _immure_boot._patch_early()
    names = _immure_boot.import_for_policy(policy,
                                           _immure_boot.import_listed())
    for name, module in old.items():
        _swap_module(module, sys.modules.get(name))
    _immure_boot.patch_library(zones)
    import _immure_files
    import _immure_gateway
    _immure_gateway.learn(policy)
    sys.argv[:] = argv
    _immure_files.start(policy.get("limits", {}).get("files", 0))
    _forget_unlisted(set().union(*names))
    return _immure_boot.make_policy(policy, names)


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue


def _take_out(names):
    """Remove modules and all below them from sys.modules; return them."""
    taken = {}
    for name in list(sys.modules):
        if any(name == top or name.startswith(top + ".") for top in names):
            module = sys.modules.pop(name)
            if module is not None:
                taken[name] = module
                _kept.append(module)
    return taken


def _swap_module(old, new):
    """Whoever holds OLD, or what it defines, is to hold NEW's."""
    if new is None or not isinstance(old, types.ModuleType):
        return
    _immure_patch.swap(old, new)
    fresh = vars(new)
    for name, value in vars(old).items():
        other = fresh.get(name)
        if (other is not None and other is not value
                and isinstance(value, (type, types.FunctionType,
                                       types.BuiltinFunctionType))):
            _immure_patch.swap(value, other)


def _forget_unlisted(names):
    """Leave the listed modules and our own in sys.modules."""
    for name in list(sys.modules):
        if name in names or name.startswith("_immure_"):
            continue
        if name in ("__main__", "builtins", "sys", "_jail") or _is_core(name):
            continue
        _kept.append(sys.modules.pop(name))


def _is_core(name):
    """What the interpreter itself looks up by name."""
    return name in ("_signal", "_thread", "_weakref", "_warnings", "_io",
                    "_imp", "marshal", "posix", "atexit", "gc", "zipimport",
                    "_frozen_importlib", "_frozen_importlib_external",
                    "importlib._bootstrap", "importlib._bootstrap_external")
