"""Small patches: one function a module, for modules that ask the machine."""
import sys

from _immure_patch import refusing, set_and_swap


def patch_builtins():
    """exit() and quit(), which `site` would have put there."""
    import _sitebuiltins
    import builtins
    builtins.exit = _sitebuiltins.Quitter("exit", "sys.exit()")
    builtins.quit = _sitebuiltins.Quitter("quit", "sys.exit()")


def patch_linecache():
    """Source lines come from the job, never from a path."""
    import linecache
    import _immure_report
    set_and_swap(linecache, "updatecache", _immure_report.update_linecache)
    linecache.clearcache()


def patch_hooks():
    """The printers in C look for source lines in files, and write to streams
    that nobody holds."""
    import _immure_report
    sys.excepthook = sys.__excepthook__ = _immure_report.print_uncaught
    sys.unraisablehook = _immure_report.print_unraisable
    sys.__unraisablehook__ = _immure_report.print_unraisable
    sys.displayhook = sys.__displayhook__ = _immure_report.displayhook


def patch_locale():
    """setlocale() would read files; the C locale is all there is."""
    import _locale
    import locale
    current = {}
    for category in range(7):
        current[category] = _locale.setlocale(category)
    known = ("C", "POSIX", "C.UTF-8", "C.utf8")

    def setlocale(category, value=None):
        """Set one of the built-in locales, or tell the current one."""
        if category not in current:
            raise locale.Error("unsupported locale setting")
        if value is not None:
            value = str(value) or "C"
            if value not in known:
                raise locale.Error("unsupported locale setting")
            current[category] = value
        return current[category]

    set_and_swap(locale, "_setlocale", setlocale)
    for name in ("bindtextdomain", "textdomain", "gettext", "dgettext",
                 "dcgettext", "bind_textdomain_codeset"):
        if hasattr(locale, name):
            set_and_swap(locale, name, refusing(
                "_locale", name, "a guest has no message catalogues", ""))


def patch_gc():
    """Programs switch the collector's debugging off, which it is."""
    import gc
    refuse = refusing("gc", "set_debug", "it writes beside sys.stderr")

    def set_debug(flags, /):
        """Set no debugging flags."""
        if flags.__index__() != 0:
            refuse()

    set_debug.__module__ = "gc"
    set_debug.__qualname__ = "set_debug"
    set_and_swap(gc, "set_debug", set_debug)


def patch_strptime():
    """_strptime calls time.tzset() whenever it rebuilds its tables."""
    import time
    import _strptime

    def calc_timezone(self):
        self.tzname = time.tzname
        self.daylight = time.daylight
        zones = [frozenset({"utc", "gmt", self.tzname[0].lower()})]
        zones.append(frozenset({self.tzname[1].lower()} if self.daylight
                               else ()))
        self.timezone = tuple(zones)

    _strptime.LocaleTime._LocaleTime__calc_timezone = calc_timezone


def patch_platform():
    """platform answers what Python was built for, and not which machine."""
    import platform
    # Not os.uname(): the name of the host would stay in freed memory.
    machine = sys.implementation._multiarch.partition("-")[0]
    platform._uname_cache = platform.uname_result("Linux", "", "", "", machine)
    platform._Processor.get = classmethod(lambda cls: "")
    platform._syscmd_file = lambda target, default="": default
    platform.libc_ver = _libc_version
    if hasattr(platform, "_os_release_cache"):
        platform._os_release_cache = {"NAME": "Linux", "ID": "linux",
                                      "PRETTY_NAME": "Linux"}
    for name in ("_platform_cache", "_sys_version_cache"):
        vars(platform).get(name, {}).clear()


def _libc_version(executable=None, lib="", version="", chunksize=16384):
    return lib or "glibc", version


def patch_uuid():
    """uuid1() makes up its node; looking for one would start programs."""
    import uuid
    uuid._GETTERS = uuid._OS_GETTERS = []
    uuid._generate_time_safe = uuid._UuidCreate = None
    uuid._node = uuid._last_timestamp = None


def patch_tempfile():
    """Looked for when it is asked for, in the guest's files."""
    import tempfile
    tempfile.tempdir = tempfile._name_sequence = None


def patch_pkgutil():
    """runpy.run_path() asks first whether a file is compiled."""
    import importlib.util
    import pkgutil
    refuse = refusing("marshal", "load", "it makes code objects of bytes, past "
                      "the checks of the compiler", "Give the source")
    magic = importlib.util.MAGIC_NUMBER

    def read_code(stream):
        """The code of a compiled file, which a guest can't have; None of any
        other."""
        if stream.read(4) == magic:
            refuse()
        return None

    read_code.__module__ = "pkgutil"
    read_code.__qualname__ = "read_code"
    set_and_swap(pkgutil, "read_code", read_code)


# --- warm-up: what libraries do only once, done before the wall -------------

def warm():
    """Use what reads files, or is slow, when used first."""
    import re
    import time
    for name, use in _WARM.items():
        if name in sys.modules:
            use(sys.modules[name])
    time.strftime("%c %Z")
    time.localtime()
    "%r %s" % (0.1, "é".encode("utf-8"))
    _warm_unwinding()
    re.purge()


def _warm_decimal(decimal):
    decimal.getcontext().copy()
    decimal.Decimal(1) / 3


def _warm_datetime(datetime):
    datetime.datetime.now().astimezone()


def _warm_strptime(_strptime):
    import datetime
    datetime.datetime.strptime("2000-01-02", "%Y-%m-%d")


def _warm_codecs(_):
    """All are loaded."""
    import codecs
    for name in ("ascii", "latin-1", "utf-8", "utf-16", "utf-32", "cp1252",
                 "idna", "rot13", "unicode_escape", "raw_unicode_escape"):
        codecs.lookup(name)


def _warm_hashes(hashlib):
    for name in sorted(hashlib.algorithms_available):
        try:
            digest = hashlib.new(name, b"warm", usedforsecurity=False)
            digest.digest() if digest.digest_size else digest.digest(8)
        except (ValueError, TypeError):
            continue
    hashlib.pbkdf2_hmac("sha256", b"warm", b"salt", 1)
    if hasattr(hashlib, "scrypt"):
        hashlib.scrypt(b"warm", salt=b"salt", n=2, r=1, p=1)
    import hmac
    hmac.digest(b"warm", b"warm", "sha256")


_WARM = {"hashlib": _warm_hashes, "decimal": _warm_decimal,
         "datetime": _warm_datetime, "_strptime": _warm_strptime,
         "encodings.idna": _warm_codecs}


def _warm_unwinding():
    import traceback
    try:
        raise ValueError("warm")
    except ValueError as error:
        traceback.format_exception(error)
