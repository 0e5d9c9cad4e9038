"""The library of a guest, imported and patched before the jail closes.

prepare() runs once in the zygote, as trusted code, with files still readable.
Afterwards nothing can be loaded: sys.modules holds all there is.
"""
import importlib
import sys
import types
import warnings

import _jail
import _immure_patch

# The library gets these instead of the real ones, under the plain name.
STAND_INS = ("signal", "subprocess", "socket", "ssl", "select", "fcntl")

# Accelerators whose Python twins take their place.  _pickle hands out
# memoryviews that own nothing; _asyncio calls getpid(2); _elementtree and
# _zoneinfo use freed objects (tests/escape/196, 235); the others reach the
# system.
BLOCKED = ("_pickle", "_asyncio", "_elementtree", "_zoneinfo", "_uuid",
            "_socket", "_ssl", "_posixsubprocess", "_ctypes", "_multiprocessing", "_posixshmem",
            "mmap", "grp", "pwd", "spwd", "syslog", "resource", "termios",
            "readline", "_curses", "multiprocessing.shared_memory")

# What the library imports only when a function is called.
_LAZY = (
    "_strptime", "locale", "calendar", "bz2", "lzma", "zlib", "unicodedata",
    "stringprep", "_datetime", "_pydatetime", "_decimal", "_pydecimal",
    "_compression", "xml.etree.ElementPath", "pyexpat",
    "xml.parsers.expat", "xml.dom.minidom", "xml.sax.expatreader",
    "tokenize", "token", "ast", "linecache", "traceback", "textwrap",
    "inspect", "dis", "difflib", "gettext", "shutil", "copy", "warnings",
    "platform", "contextvars", "concurrent.futures.thread", "selectors",
    "asyncio.base_events", "asyncio.timeouts", "asyncio.taskgroups",
    "asyncio.runners", "asyncio.queues", "asyncio.streams",
    "unittest.async_case", "unittest.mock", "importlib.resources",
    "email.mime.text", "email.parser", "email.generator", "email.policy",
    "html.entities", "json.decoder", "json.encoder", "json.scanner",
    "_pyio", "_markupbase", "opcode", "ipaddress", "fractions", "statistics",
)


# What every guest has, wherever it comes from.
_CORE = ("io", "_pyio", "os", "codecs", "importlib", "traceback", "linecache",
         "tokenize", "immure", "_gateway")


def prepare(policy, only=None):
    """Import and patch everything; return the policy that jail_enter() takes.

    ONLY: the modules that one run is going to import, for a zygote that makes
    one guest: the others stay where they are, and come late when they are
    asked for after all.  Raises ImportError, naming the module, when one that
    the policy asks for is not there.
    """
    # sysconfig takes the working directory, which is the operator's, when it
    # finds this empty.
    sys.executable = sys.executable or sys.prefix + "/bin/python3"
    if only is not None and _can_be_lazy(policy):
        names = _prepare_lazily(only)
    else:
        names = _prepare_all(policy)
    import _immure_gateway
    _immure_gateway.learn(policy)
    import _immure_files
    import _immure_tokens
    import _immure_stream  # noqa: F401: of the socket shim, which may come late
    _immure_tokens.declare(policy)
    _immure_files.locked = \
        policy.get("files", {}).get("given") == "read-only"
    limit = policy.get("limits", {}).get("recursion")
    if limit:
        sys.setrecursionlimit(limit)
    return make_policy(policy, names)


def _prepare_all(policy):
    install_stand_ins()
    zones = _read_zones()
    _patch_early()
    names = import_for_policy(policy, import_listed())
    patch_library(zones)
    return names


def _can_be_lazy(policy):
    """Modules from elsewhere may want anything of the library, and of its C
    modules, at any time."""
    modules = policy.get("modules", {})
    return not (modules.get("allow") or modules.get("preload")
                or modules.get("deny") or policy.get("packages", {}).get("path"))


def _prepare_lazily(only):
    _hold_back()
    zones = _read_zones() if "zoneinfo" in only else None
    _patch_early()
    builtin = frozenset(sys.builtin_module_names)
    for name, kind, _ in _jail.modules():
        if name in builtin and kind != "refused":
            _try_import(name)
    for name in _CORE + tuple(filter(None, only)):
        _try_import(name)
    patch_library(zones, False)
    return None


def install_stand_ins():
    """Put the shims in the place of what they stand for."""
    _hold_back()
    for name in STAND_INS:
        module = importlib.import_module("_immure_" + name)
        _immure_patch.stand_in(name, module)


def _hold_back():
    for name in BLOCKED:
        sys.modules.setdefault(name, None)
    # pickle takes this type from there, and writes everything else in Python.
    sys.modules["_pickle"] = types.SimpleNamespace(
        PickleBuffer=_jail.PickleBuffer)


def _read_zones():
    import _immure_zones
    return _immure_zones.read_zones()


def _patch_early():
    # tarfile and others subclass the io classes when they are imported.
    import _immure_io
    _immure_io.patch_names()


def import_listed():
    """Import all modules of the lists.  Returns (guest, internal): the names a
    guest, and the library, may import."""
    guest, internal = {"immure"}, set()
    for name, kind, _ in _jail.modules():
        if kind == "refused" or not _try_import(name):
            continue
        (internal if kind == "internal" else guest).add(name)
    for name in _LAZY + tuple(_encodings()):
        if _try_import(name):
            internal.add(name)
    importlib.import_module("immure")
    return guest, internal


def import_for_policy(policy, names):
    """The same for what the policy adds and takes away."""
    guest, internal = names
    modules = policy.get("modules", {})
    before = set(sys.modules)
    guest.update(import_packages(policy))
    internal.update(set(sys.modules) - before)
    for name in modules.get("deny", ()):
        # The library itself may still need it.
        internal.update(guest & _with_submodules(name))
        guest.difference_update(_with_submodules(name))
    return guest, internal


def import_packages(policy):
    """Import what modules.preload and modules.allow name; return the names
    that a guest may import: the latter, and the packages that these need."""
    import _immure_packages
    modules = policy.get("modules", {})
    allowed = modules.get("allow", ())
    before = set(sys.modules)
    _immure_packages.open_folders(policy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for option in ("preload", "allow"):
            for name in modules.get(option, ()):
                _must_import(name, "modules." + option, policy)
        _immure_packages.import_parts(allowed)
        _immure_packages.import_lazy(set(sys.modules) - before)
    _immure_packages.close_folders()
    hidden = set().union(*map(_with_submodules, modules.get("preload", ())))
    return set().union(_immure_packages.loaded() - hidden,
                       *map(_with_submodules, allowed))


def _with_submodules(name):
    return {name} | {other for other in sys.modules
                     if other.startswith(name + ".")}


def _try_import(name):
    """Whether this interpreter has the module."""
    try:
        __import__(name, None, None, (), 0)
    except ImportError:
        return False
    return True


def _must_import(name, option, policy):
    try:
        importlib.import_module(name)
    except ImportError as error:
        origins = policy.get("origins", {})
        origin = origins.get("%s.%s" % (option, name), origins.get(option))
        hint = "" if policy.get("packages", {}).get("path") else (
            ".  Say where packages are: --env VENV, or [packages] path")
        raise ImportError(
            "%s%s: can't import %r: %s%s"
            % (origin + ": " if origin else "", option, name, error, hint),
            name=name) from None


def _encodings():
    import encodings
    import pkgutil
    skipped = ("mbcs", "oem", "cp65001")
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in skipped:
            yield "encodings." + module.name


# What patches what: module, shim, function.
_PATCHES = (
    ("time", "_immure_time", "patch"),
    ("threading", "_immure_threads", "patch_threading"),
    ("concurrent.futures", "_immure_threads", "patch_futures"),
    ("asyncio", "_immure_loop", "patch"),
    ("linecache", "_immure_misc", "patch_linecache"),
    ("locale", "_immure_misc", "patch_locale"),
    ("gc", "_immure_misc", "patch_gc"),
    ("_strptime", "_immure_misc", "patch_strptime"),
    ("platform", "_immure_misc", "patch_platform"),
    ("uuid", "_immure_misc", "patch_uuid"),
    ("http.client", "_immure_http", "patch_client"),
    ("urllib.request", "_immure_http", "patch_urllib"),
    ("tempfile", "_immure_misc", "patch_tempfile"),
    ("pkgutil", "_immure_misc", "patch_pkgutil"),
    ("random", "_immure_rt", "reseed"),
    ("hashlib", "_immure_hashes", "patch"),
)


def patch_library(zones, everything=True):
    """Patch what is imported by now, and forget the machine.  Unless that is
    EVERYTHING, _late holds the patches of what is not, by its module."""
    import _immure_io
    import _immure_misc
    import _immure_os
    import _immure_modules  # as make_policy() wants it
    import _immure_rt       # the host looks it up when nothing can be loaded
    import _immure_stdio
    for module, shim, function in _PATCHES:
        if everything or module in sys.modules:
            getattr(__import__(shim), function)()
        elif module != "asyncio":   # it has grants, and so is never late
            _late[module] = getattr(__import__(shim), function)
    _immure_misc.patch_builtins()
    _immure_misc.patch_hooks()
    _immure_misc.warm()
    if everything or "zoneinfo" in sys.modules:
        import _immure_zones
        _immure_zones.patch(zones)
    _immure_os.patch()
    _immure_io.patch()
    _immure_patch.swap_everywhere()
    for name in BLOCKED:
        if not isinstance(sys.modules.get(name), types.ModuleType):
            sys.modules.pop(name, None)
    _immure_stdio.make_streams()
    _immure_os.forget_host()
    del sys.modules["_vfs"]


# {module: what patches it when it comes late}
_late = {}


def _with_origins(policy, table):
    """{name: where the policy denies it} of [table] deny."""
    origins = policy.get("origins", {})
    whole = origins.get(table + ".deny", "[%s] deny" % table)
    return {name: origins.get("%s.deny.%s" % (table, name), whole)
            for name in policy.get(table, {}).get("deny", ())}


def make_policy(policy, names):
    """The dict that jail_enter() consumes."""
    rules = policy.get("names", {})
    import _immure_modules
    made = {
        "importer": _immure_modules.load,
        "open_modules": frozenset(),
        "late_patches": _late,
        "deny_modules": _with_origins(policy, "modules"),
        "deny_names": _with_origins(policy, "names"),
        "allow_names": tuple(rules.get("allow", ())),
    }
    if names is not None:   # or else all that the lists name
        guest, internal = names
        import _immure_packages
        made["open_modules"] = _immure_packages.loaded()
        made["guest_modules"] = guest
        made["internal_modules"] = internal - guest
    return made


# --- the tests' mode without a gate ------------------------------------------

# Not imported there: what opens windows, browsers or prints poems.
_UNWANTED = ("test", "idlelib", "tkinter", "turtle", "turtledemo",
             "antigravity", "this", "lib2to3", "ensurepip", "distutils",
             "pydoc_data", "_aix_support", "_bootsubprocess", "msilib")


def prepare_plain():
    """Import the whole standard library, unpatched: the guests of the tests'
    wall-only mode are to have every tool the interpreter has."""
    import pkgutil
    names = set(sys.stdlib_module_names) - set(_UNWANTED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(names):
            _import_quietly(name)
        for package in ("asyncio", "concurrent.futures", "email", "encodings",
                        "http", "importlib", "json", "logging",
                        "multiprocessing", "unittest", "urllib", "wsgiref",
                        "xml.etree", "xmlrpc", "zoneinfo", "ctypes",
                        "sqlite3", "dbm", "curses"):
            path = getattr(sys.modules.get(package), "__path__", ())
            for found in pkgutil.iter_modules(path):
                if not found.name.startswith(("__main__", "test")):
                    _import_quietly(package + "." + found.name)
    return {}


def _import_quietly(name):
    try:
        importlib.import_module(name)
    except (Exception, SystemExit):
        pass


def prepare_plain_policy(policy):
    """prepare_plain() in prepare()'s place: streams and reports as there."""
    import _immure_rt       # the host looks it up when nothing can be loaded
    import _immure_packages
    import _immure_stdio
    prepare_plain()
    _immure_packages.open_folders(policy)
    for name in policy.get("modules", {}).get("allow", ()):
        _must_import(name, "modules.allow", policy)
    _immure_stdio.make_streams()
    return {}
