"""Run the cases of one CPython test file; print what became of each.

The same program runs in the jail and under the plain interpreter:

    guest.py PLAN

PLAN is a JSON file (see plan.py).  In the jail nothing can be imported that
was not there before, so the sources of the test file and its helpers are
given files, which are run here: test code is guest code, as it should be.
Every line for the host starts with the character RS; other lines are noise
of the tests.
"""
import importlib
import importlib.machinery
import json
import random
import sys
import time
import types
import unittest
import warnings

_RS = "\x1e"
_TEXT_MAX = 400
_HELPER = "test.support.import_helper"


def _make_tell(stream=sys.stdout, dumps=json.dumps):
    def tell(**record):
        stream.write("\n%s%s\n" % (_RS, dumps(record)))
        stream.flush()
    return tell


tell = _make_tell()


# --- what an exception says of the jail -----------------------------------------

def _each(error, depth=0, seen=None):
    """ERROR and all that led to it."""
    seen = [] if seen is None else seen
    if error is None or depth > 20 or any(error is e for e in seen):
        return
    seen.append(error)
    yield error
    yield from _each(error.__cause__, depth + 1, seen)
    yield from _each(error.__context__, depth + 1, seen)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _each(inner, depth + 1, seen)


def describe(error):
    """{type, text, rules, causes} of an exception."""
    rules, causes = [], []
    for one in _each(error):
        rule = getattr(one, "rule", None)
        if type(rule) is str and getattr(one, "layer", "") == "gate":
            rules.append(rule)
        causes.append("%s: %s" % (type(one).__name__, _text(one)))
    return {"type": type(error).__name__, "text": _text(error),
            "rules": rules, "causes": causes[1:4]}


def _text(error):
    try:
        return str(error)[:_TEXT_MAX]
    except Exception:
        return "?"


# --- modules that the jail does not have -----------------------------------------

class MissingModule(ImportError):
    """A case used a module that is dropped."""


class Missing:
    """Something of a dropped module.  It can be named, called and inherited
    from while a test file is loaded, so that the cases that do without it
    run; a case that uses it ends."""

    loading = True

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(self.__name__, name)

    def __call__(self, *args, **kwargs):
        return _missing(self.__name__)

    def __getitem__(self, key):
        return _missing(self.__name__)

    def __mro_entries__(self, bases):
        return ()


class MissingNamespace(types.ModuleType):
    """In the place of a dropped module."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(self.__name__, name)


def _missing(module, name=""):
    if not Missing.loading:
        raise MissingModule("No module named %r in this jail" % module)
    return Missing(module)


def put_missing(names, constants):
    """Stand-ins for those of NAMES that the jail refuses to import; of a C
    module of the tests {name: its numbers} are there."""
    for name in names:
        try:
            importlib.import_module(name)
            continue
        except ImportError:
            pass
        module = MissingNamespace(name)
        vars(module).update(constants.get(name, ()))
        parent, _, child = name.rpartition(".")
        sys.modules[name] = module
        if isinstance(sys.modules.get(parent), types.ModuleType):
            setattr(sys.modules[parent], child, module)


# --- the support package, where it needs what no case is about --------------------

# Text of a helper module -> what is run in its place.
_REPLACED = {
    # Clears the registry of the caller's module.
    "test.support.warnings_helper": (
        ("frame = sys._getframe(2)", "frame = None"),
        ("frame.f_globals.get('__warningregistry__')", "None"),
    ),
    # The library's own has these patched (jailmod/shims), or granted.
    "_strptime": (("time.tzset()", "pass"),),
    "typing": (("except (AttributeError, ValueError):  # For",
                "except (AttributeError, ValueError, PermissionError):  # "),),
    # Makes a code object that the jail refuses, when it is loaded: it is made
    # when its case asks for it.
    "test.test_dis": ((
        r"bug42562.__code__ = bug42562.__code__.replace(co_linetable=b'\xf8')",
        r"bug42562 = type('', (), {'__code__': property(lambda self, f="
        r"bug42562: f.__code__.replace(co_linetable=b'\xf8'))})()"),),
    # Asks which machine it is on, when it is loaded.
    "test.test_zlib": (("os.uname().machine", "''"),),
}


def adapt(module):
    """Called when the helper MODULE has been run."""
    if module.__name__ == "test.support.socket_helper":
        module._bind_nix_socket_error = OSError("no sockets")
    elif module.__name__ == "test.support.warnings_helper":
        module.import_deprecated = _import_deprecated


def _import_deprecated(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if Missing.loading:
            return MissingNamespace(name)
        raise unittest.SkipTest(str(error))


def prepare(module):
    """What the test_main() of the file MODULE would do; on both sides."""
    if module.__name__ == "test.test_xml_etree":
        helper = sys.modules[_HELPER]
        module.pyET = module.ET = helper.import_fresh_module(
            "xml.etree.ElementTree", blocked=["_elementtree"])


# --- loading in the jail --------------------------------------------------------

class GivenLoader:
    """What linecache and inspect ask for a module's source."""

    def __init__(self, file):
        self.file = file

    def get_source(self, name):
        with open(self.file, encoding="utf-8") as f:
            return f.read()


class Sources:
    """Modules made of given files."""

    def __init__(self, plan):
        self.fresh = plan["fresh"]
        self.errors = []

    def load(self, rows):
        """Make the modules of ROWS: [name, given file, is a package]."""
        for name, file, package in rows:
            if package:
                self._make(name, file, True)
        for name, file, package in rows:
            module = sys.modules.get(name) if package else None
            module = module or self._make(name, file, package)
            try:
                self._run(module, file)
            except (Exception, unittest.SkipTest) as error:
                if not package:
                    self._forget(name)
                self.errors.append((name, error))
            adapt(module)
            if name == _HELPER:
                module.import_fresh_module = self.import_fresh_module

    @staticmethod
    def _forget(name):
        sys.modules.pop(name, None)
        parent, _, child = name.rpartition(".")
        vars(sys.modules.get(parent, types)).pop(child, None)

    def _make(self, name, file, package):
        module = types.ModuleType(name)
        module.__file__ = "/job/" + (file or name.replace(".", "/") + "/")
        module.__cached__ = None
        parent, _, child = name.rpartition(".")
        module.__package__ = name if package else parent
        spec = importlib.machinery.ModuleSpec(
            name, GivenLoader(file), origin=module.__file__,
            is_package=package)
        spec.has_location = True
        module.__spec__ = spec
        module.__loader__ = spec.loader
        if package:
            module.__path__ = [module.__file__.rpartition("/")[0]]
        sys.modules[name] = module
        if parent in sys.modules and isinstance(sys.modules[parent],
                                                types.ModuleType):
            try:
                setattr(sys.modules[parent], child, module)
            except TypeError:
                pass
        return module

    def _run(self, module, file):
        if not file:
            return
        with open(file, "rb") as f:
            source = f.read()
        for old, new in _REPLACED.get(module.__name__, ()):
            source = source.replace(old.encode(), new.encode())
        code = compile(source, module.__file__, "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def import_fresh_module(self, name, fresh=(), blocked=(),
                            deprecated=False):
        """That of test.support: without something blocked, the module that
        is there; else a copy made of its source."""
        rows = self.fresh.get(name)
        if not rows or not (blocked or name.startswith("test.")):
            return self._import(name, fresh)
        rows = [row for other in fresh for row in self.fresh.get(other, ())
                if blocked] + rows
        names = {row[0] for row in rows} | set(blocked) | {
            other for other in sys.modules if other.startswith(name + ".")}
        saved = {n: sys.modules.pop(n) for n in names if n in sys.modules}
        sys.modules.update(dict.fromkeys(blocked))
        before = len(self.errors)
        try:
            self.load(rows)
            module = sys.modules.get(name)
        finally:
            for n in names:
                sys.modules.pop(n, None)
            sys.modules.update(saved)
            self._bind(saved)
        for failed, error in self.errors[before:]:
            if failed.partition(".")[0] == "test":
                raise error
            tell(note="no copy of %s: %s" % (failed, describe(error)))
        # The library's own, then: its cases still count.
        return module or saved.get(name)

    @staticmethod
    def _bind(saved):
        """The packages' attributes are the library's again."""
        for name, module in saved.items():
            parent, _, child = name.rpartition(".")
            if parent in sys.modules and module is not None:
                try:
                    setattr(sys.modules[parent], child, module)
                except TypeError:
                    pass

    @staticmethod
    def _import(name, fresh):
        if not fresh and name.startswith("_"):
            raise MissingModule("the C module %s is loaded once" % name)
        try:
            for other in fresh:
                importlib.import_module(other)
            return importlib.import_module(name)
        except ImportError:
            return None


def load(plan):
    """The test module, or an exception."""
    name = plan["module"]
    if not plan["jailed"]:
        # Only the standard library, on every machine.
        sys.path[:] = [p for p in sys.path if "-packages" not in p]
        import test.support
        test.support.use_resources = []
        return importlib.import_module(name)
    sources = Sources(plan)
    put_missing(plan["missing"], plan["constants"])
    last = [row for row in plan["modules"] if row[0] == name]
    sources.load([row for row in plan["modules"] if row[0] != name])
    if "test.support" in sys.modules:
        sys.modules["test.support"].use_resources = []
    helpers = list(sources.errors)
    sources.load(last)
    for failed, error in sources.errors:
        if failed == name:
            first = helpers[0][1] if helpers else None
            if error.__context__ is None and first is not error:
                error.__context__ = first
            raise error
    return sys.modules[name]


# --- cases ----------------------------------------------------------------------

def flatten(suite, out):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            flatten(item, out)
        else:
            out.append(item)
    return out


def name_cases(cases, module):
    """[(unique name, case)]; the name is without the file's."""
    seen, named = {}, []
    for case in cases:
        name = case.id()
        if name.startswith(module + "."):
            name = name[len(module) + 1:]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += "#%d" % seen[name]
        named.append((name, case))
    return named


class Result(unittest.TestResult):
    """Tells of each case; formats nothing, for that reads source files."""

    def __init__(self, names):
        super().__init__()
        self.names = names
        self.outcome, self.why = None, None
        self.fixtures = []
        self.told = set()

    def startTest(self, test):
        self.outcome, self.why = "pass", None
        tell(start=self.names.get(id(test)), cpu=time.process_time(),
             wall=time.monotonic())

    def stopTest(self, test):
        name = self.names.get(id(test))
        self.told.add(name)
        tell(case=name, outcome=self.outcome, why=self.why)

    def _set(self, test, outcome, error):
        if not isinstance(test, unittest.TestCase):
            self.fixtures.append((test.id(), outcome, error))
        elif self.outcome in (None, "pass", "skip"):
            self.outcome, self.why = outcome, error

    def addError(self, test, err):
        self._set(test, "error", describe(err[1]))

    def addFailure(self, test, err):
        self._set(test, "fail", describe(err[1]))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._set(test, "fail", describe(err[1]))

    def addSkip(self, test, reason):
        why = {"type": "SkipTest", "text": str(reason), "rules": [],
               "causes": []}
        self._set(test, "skip", why)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self._set(test, "fail", {"type": "UnexpectedSuccess", "text": "",
                                 "rules": [], "causes": []})


def tell_unrun(result, names):
    """Cases that did not start, for their class or module could not."""
    for name in names:
        if name in result.told:
            continue
        for ident, outcome, why in result.fixtures:
            owner = ident.partition("(")[2].rstrip(")").rpartition(".")[2]
            if ident.startswith(("setUpModule", "tearDownModule")) \
                    or name.split(".")[0] == owner:
                tell(case=name, outcome=outcome, why=why)
                break


def main(path):
    with open(path, encoding="utf-8") as f:
        plan = json.load(f)
    tell(begin=time.monotonic())
    random.seed(1)
    try:
        module = load(plan)
        prepare(module)
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        for text in unittest.defaultTestLoader.errors:
            tell(note=text[-_TEXT_MAX:])
    except (Exception, unittest.SkipTest) as error:
        skip = isinstance(error, unittest.SkipTest)
        tell(load="skip" if skip else "error", why=describe(error))
        return
    Missing.loading = False
    named = name_cases(flatten(suite, []), plan["module"])
    tell(cases=[name for name, _ in named])
    skipped, only = set(plan["skip"]), plan["only"]
    chosen = [(name, case) for name, case in named if name not in skipped
              and (only is None or name in only)]
    result = Result({id(case): name for name, case in chosen})
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        unittest.TestSuite(case for _, case in chosen).run(result)
    tell_unrun(result, [name for name, _ in chosen])
    tell(done=True)


if __name__ == "__main__":
    main(sys.argv[1])
