"""Patches of packages that look into frames, take every stream for a file, or
call the system when they are used first.

A row is (module, function): the function is called with the module when a
policy has brought it."""
import os
import sys
import types

from _immure_patch import set_and_swap


def _patch_jinja2_debug(debug):
    """Errors keep the traceback they have: lines of the template's compiled
    code in the place of the template's own."""
    syntax_error = sys.modules["jinja2.exceptions"].TemplateSyntaxError

    def rewrite_traceback_stack(source=None):
        """The current exception, with the source of a syntax error."""
        error = sys.exc_info()[1]
        if isinstance(error, syntax_error) and not error.translated:
            error.translated = True
            error.source = source
            return error.with_traceback(None)
        return error

    debug.rewrite_traceback_stack = rewrite_traceback_stack


def _patch_networkx_decorators(decorators):
    """A decorated function is compiled at its first call, and is kept beside
    the one that was decorated, whose code stays as it is."""
    def _lazy_compile(func):
        """The compiled form of a decorated function."""
        known = vars(func)
        if "_compiled" not in known:
            real = func.__argmap__.compile(func.__wrapped__)
            real.__defaults__ = func.__defaults__
            real.__kwdefaults__ = func.__kwdefaults__
            known["_compiled"] = real
        return known["_compiled"]

    decorators.argmap._lazy_compile = staticmethod(_lazy_compile)


class _NoFrame:
    """The frame of a caller, as far as a guest may look: nothing is in it."""

    f_locals = f_globals = {}

    @property
    def f_back(self):
        """Another of the kind."""
        return self


def _patch_sympy_lambdify(lambdify):
    """The caller's names are for the text of the function alone."""
    inspect = types.ModuleType("inspect")
    vars(inspect).update(vars(lambdify.inspect), currentframe=_NoFrame)
    lambdify.inspect = inspect


def _patch_sympy_symbol(symbol):
    """var() puts symbols into the program's globals, from wherever it is
    called."""
    import __main__

    def var(names, **args):
        """Make symbols and put them into the globals of the program."""
        made = symbol.symbols(names, **args)
        queue = [made]
        while queue:
            each = queue.pop()
            if isinstance(each, (list, tuple, set)):
                queue += each
            else:
                vars(__main__)[getattr(each, "name", str(each))] = each
        return made

    set_and_swap(symbol, "var", var)


def _patch_dateutil_zones(tz):
    """Time zones are those of the standard library, which are in memory: as
    objects of its own, for dateutil reads only the part of a file that these
    lack."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError
    finder = type(tz.gettz)
    find_other = finder.nocache

    def nocache(name=None):
        """A time zone by its name or POSIX rule; None if there is none."""
        if type(name) is str and name not in ("", ":", "GMT", "UTC"):
            try:
                return ZoneInfo(name.removeprefix(":"))
            except (ZoneInfoNotFoundError, ValueError):
                pass
        return find_other(name)

    finder.nocache = staticmethod(nocache)


def _patch_numpy_files(module):
    """Streams of a guest are memory, which numpy.fromfile() can't read."""
    def isfileobj(f):
        """False: no stream here has a descriptor."""
        return False

    module.isfileobj = isfileobj


def _patch_numpy_sources(module):
    """A path is that of a given file; an URL leads nowhere."""
    def exists(self, path):
        """Whether it is a given file."""
        return os.path.exists(path)

    module.DataSource.exists = exists


def _warm_numpy(linalg):
    """OpenBLAS maps its buffers when they are first used, and sets a memory
    policy on them, which the wall would kill a guest for."""
    numpy = sys.modules["numpy"]
    for kind in ("f", "d", "F", "D"):
        array = (numpy.eye(96) * 2 + 1).astype(kind)
        for function in (linalg.inv, linalg.svd, linalg.eig, linalg.eigh,
                         linalg.qr, linalg.cholesky, linalg.det):
            function(array)
        linalg.solve(array, array)
        linalg.lstsq(array, array, rcond=None)
        numpy.dot(array, array[0])
        numpy.vdot(array, array)


_ROWS = (
    ("jinja2.debug", _patch_jinja2_debug),
    ("networkx.utils.decorators", _patch_networkx_decorators),
    ("numpy.compat.py3k", _patch_numpy_files),
    ("numpy.compat", _patch_numpy_files),
    ("numpy.lib.format", _patch_numpy_files),
    ("numpy.lib._format_impl", _patch_numpy_files),
    ("numpy.lib._datasource", _patch_numpy_sources),
    ("numpy.linalg", _warm_numpy),
    ("sympy.utilities.lambdify", _patch_sympy_lambdify),
    ("sympy.core.symbol", _patch_sympy_symbol),
    ("dateutil.tz.tz", _patch_dateutil_zones),
)


def patch():
    """Apply the rows whose module is there."""
    for name, function in _ROWS:
        module = sys.modules.get(name)
        if module is not None:
            function(module)
