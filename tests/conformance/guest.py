"""Run the cases of one CPython test file; print what became of each.

The same code runs in the jail, step by step, and under the plain interpreter:

    guest.py PLAN

PLAN is a JSON file (see plan.py).  In the jail nothing can be imported that
was not there before, so the sources of the test file and its helpers are
given files, which are run here: test code is guest code, as it should be.
Every line for the host starts with the character RS; other lines are noise
of the tests.
"""
import errno
import importlib
import importlib.machinery
import json
import os
import random
import sys
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
    """{type, text, rules, absent, causes} of an exception: the rules of the
    denials among what led to it, and the files it did not find."""
    rules, absent, causes = [], [], []
    for one in _each(error):
        rule = getattr(one, "rule", None)
        if type(rule) is str and getattr(one, "layer", "") == "gate":
            rules.append(rule)
        if type(one) is FileNotFoundError and type(one.filename) is str:
            absent.append(one.filename)
        if type(one) is OSError and one.errno == errno.EFBIG:
            rules.append("files.limit")
        causes.append("%s: %s" % (type(one).__name__, _text(one)))
    return {"type": type(error).__name__, "text": _text(error),
            "rules": rules, "absent": absent, "causes": causes[1:4]}


def _text(error):
    try:
        return str(error)[:_TEXT_MAX]
    except Exception:
        return "?"


# --- modules that the jail does not have -----------------------------------------

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
        # It asks for one in the middle of a class, and can't do without.
        try:
            module.socket.socket().close()
        except OSError as error:
            module._bind_nix_socket_error = error
    elif module.__name__ == "test.support.warnings_helper":
        module.import_deprecated = _import_deprecated


def _import_deprecated(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if Missing.loading:
            return MissingNamespace(name, getattr(error, "rule", None))
        raise unittest.SkipTest(str(error)) from error


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
            raise MissingModule(name, "import." + name)
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
        sys.path.insert(0, os.path.dirname(__file__))
        import taken
        del sys.path[0]
        taken.take(plan, taken.EARLY)
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


# --- what loading it was refused ------------------------------------------------

def named(rule):
    """[(module, name)] of what a rule of the jail is about."""
    place, _, name = rule.rpartition(".")
    found = []
    for place in ("posix", "os") if place == "posix" else (place,):
        try:
            module = importlib.import_module(place)
        except (ImportError, ValueError):
            continue            # a rule about a type, or about no name
        if hasattr(module, name):
            found.append((module, name))
    return found


def class_names(rules):
    """Tell what the classes that RULES are about have."""
    tell(names={rule: dir(getattr(module, name)) for rule in rules
                for module, name in named(rule)
                if isinstance(getattr(module, name), type)})


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
        tell(start=self.names.get(id(test)))

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
               "absent": [], "causes": []}
        self._set(test, "skip", why)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self._set(test, "fail", {"type": "UnexpectedSuccess", "text": "",
                                 "rules": [], "absent": [], "causes": []})


def tell_unrun(result, name):
    """A case that did not start, for its class or module could not."""
    for ident, outcome, why in result.fixtures:
        owner = ident.partition("(")[2].rstrip(")").rpartition(".")[2]
        if ident.startswith(("setUpModule", "tearDownModule")) \
                or name.split(".")[0] == owner:
            tell(case=name, outcome=outcome, why=why, fixture=ident)
            break


class Run:
    """The cases of a plan, one at a time."""

    def __init__(self, plan):
        self.cases, self.result = {}, None
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
        if not plan["jailed"]:
            taken = sys.modules["taken"]
            taken.take(plan, taken.LATE)
        self.cases = dict(name_cases(flatten(suite, []), plan["module"]))
        self.result = Result({id(c): name for name, c in self.cases.items()})
        # As within the run of a whole suite: what a class or a module set up
        # stays until the first case of another.
        self.result._testRunEntered = True
        warnings.simplefilter("default")
        tell(cases=list(self.cases))

    def one(self, name):
        unittest.TestSuite([self.cases[name]]).run(self.result)
        if name not in self.result.told:
            tell_unrun(self.result, name)


    def look(self, name):
        """Would it be skipped, by what it is decorated with?"""
        case = self.cases[name]
        method = getattr(case, getattr(case, "_testMethodName", ""), None)
        skipped = getattr(type(case), "__unittest_skip__", False) \
            or getattr(method, "__unittest_skip__", False)
        tell(case=name, outcome="skip" if skipped else "pass", why=None)


def start(path):
    with open(path, encoding="utf-8") as f:
        return Run(json.load(f))


def main(path):
    with open(path, encoding="utf-8") as f:
        plan = json.load(f)
    run = Run(plan)
    skipped, only = set(plan["skip"]), plan["only"]
    one = run.look if plan.get("dry") else run.one
    for name in run.cases:
        if name not in skipped and (only is None or name in only):
            one(name)
    tell(done=True)


if __name__ == "__main__" and sys.argv[1:]:
    main(sys.argv[1])
