"""Modules of the guest's own, imported from its files.

The importer of the gate (jailmod/imports.c) asks load() for what is not in its
table.  What is found runs as any code of the guest's; compiled files are never
read, because they are native code as good as.
"""
import sys

import _frozen_importlib as _bootstrap
import _frozen_importlib_external as _external
import _immure_files


class _Loader(_external.SourceFileLoader):
    """SourceFileLoader without __pycache__."""

    __qualname__ = "SourceFileLoader"
    __module__ = "_frozen_importlib_external"

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


_LOADERS = (_Loader, [".py"])
_finder_of = _external.FileFinder.path_hook(_LOADERS)
_find_spec = _external.PathFinder.find_spec
_load = _bootstrap._load


def load(name):
    """The module NAME from sys.path or its package's path, or None."""
    parent = name.rpartition(".")[0]
    path = None
    if parent:
        path = getattr(sys.modules[parent], "__path__", None)
        if path is None:
            return None
    elif not sys.path:
        return None
    spec = _find_spec(name, path)
    if spec is None:
        return None
    module = _load(spec)
    if parent:
        setattr(sys.modules[parent], name.rpartition(".")[2], module)
    return module


def start(path):
    """Search PATH, a list of folders, and nothing else."""
    sys.path[:] = path
    sys.path_hooks[:] = [_finder_of]
    sys.meta_path[:] = [_external.PathFinder]
    sys.path_importer_cache.clear()
    sys.dont_write_bytecode = True


def search_path(env):
    """What a job searches, by its environment."""
    given = dict(env).get("PYTHONPATH", "")
    return ([_immure_files.HOME] + [entry for entry in given.split(":")
                                    if entry] + [_immure_files.LIBRARY])
