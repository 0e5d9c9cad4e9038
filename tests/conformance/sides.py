"""The two sides: a guest of the jail, and the plain interpreter."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(HERE, "guest.py")
POLICY = os.path.join(HERE, "policy.toml")

import plan as plans

_RS = "\x1e"
_PLAIN_SECONDS = 60
_PLAIN_MEMORY = 4 << 30
_ROUNDS = 12
# Of one case; and of one that waits forever for what a guest has not.
_LIMITS = {"cpu_ms": 30000, "wall_ms": 90000, "memory": 1 << 30,
           "output": 64 << 20, "bytes": 64 << 20}
_SHORT = dict(_LIMITS, wall_ms=4000)


def _limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (_PLAIN_MEMORY, _PLAIN_MEMORY))


def _records(text):
    """What guest.py told, in order."""
    for line in text.split("\n"):
        if line.startswith(_RS):
            try:
                yield json.loads(line[1:])
            except ValueError:
                continue


def _why(kind, text):
    return {"type": kind, "text": text, "rules": [], "absent": [],
            "causes": []}


class Plain:
    """The plain interpreter, which imports the test file."""

    def __init__(self, out, plan):
        self.out, self.plan = out, plan
        self.results = {}

    def run_all(self, only=None):
        """{case: {outcome, why}}; a case that ends the interpreter is left
        out when the others run again."""
        for _ in range(_ROUNDS):
            text, why = self.run_once(dict(self.plan, only=only,
                                           skip=sorted(self.results)))
            running = self._take(text)
            if running is None:
                break
            self.results[running] = {"case": running, "outcome": "ended",
                                     "why": _why("killed", why)}
        return self.results

    def _take(self, text):
        """Keep the results of one run.  Returns the case that was running
        when it ended, or None."""
        running = None
        for record in _records(text):
            if "case" in record:
                self.results[record["case"]] = record
                running = None
            elif "start" in record:
                running = record["start"]
        return running

    def _cache(self):
        return os.path.join(self.out, self.plan["module"] + ".plain.json")

    def run_cached(self, again):
        stamp = sys.version
        try:
            if not again:
                with open(self._cache(), encoding="utf-8") as f:
                    kept = json.load(f)
                if kept["stamp"] == stamp:
                    self.results = kept["results"]
                    return self.results
        except (OSError, ValueError):
            pass
        results = self.run_all()
        with open(self._cache(), "w", encoding="utf-8") as f:
            json.dump({"stamp": stamp, "results": results}, f)
        return results

    def run_only(self, only):
        """{case: result} of the cases ONLY."""
        text, _ = self.run_once(dict(self.plan, skip=[], only=only))
        return {r["case"]: r for r in _records(text) if "case" in r}

    def run_without(self, what, more, only, unloaded):
        """The cases of ONLY that do not pass when plain Python lacks WHAT.
        A file that can't be loaded so says nothing, unless it is UNLOADED in
        the jail, too."""
        text, _ = self.run_once(dict(self.plan, skip=[], only=only,
                                     taken=what, **more))
        records = list(_records(text))
        if any("load" in r for r in records):
            return set(only) if unloaded else set()
        if not any("cases" in r for r in records):
            return set()
        passed = {r["case"] for r in records if r.get("outcome") == "pass"}
        ran = any("done" in r for r in records)
        found = {r["case"] for r in records if "case" in r}
        return {c for c in only if c not in passed and (ran or c in found)}

    def run_once(self, plan):
        """(what it told, how it ended)."""
        # site looks for packages in the file system.
        flags = ["-S"] if plan.get("taken") == "files" else []
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC0",
               "NO_COLOR": "1"}
        with tempfile.TemporaryDirectory(prefix="conformance") as folder:
            env["HOME"] = env["TMPDIR"] = folder
            log = os.path.join(folder, "out.log")
            path = os.path.join(folder, "plan.json")
            with open(path, "w", encoding="utf-8") as f:
                json.dump(plan, f)
            with open(log, "wb") as f:
                child = subprocess.Popen(
                    [sys.executable, "-B", "-I", "-X", "utf8", *flags, GUEST,
                     path], stdin=subprocess.DEVNULL, stdout=f,
                    stderr=subprocess.DEVNULL, env=env, cwd=folder,
                    start_new_session=True, preexec_fn=_limit_memory)
                why = self._wait(child, log)
            with open(log, encoding="utf-8", errors="replace") as f:
                return f.read(), why

    @staticmethod
    def _wait(child, log):
        """For as long as it tells something now and then."""
        size = None
        while size != os.path.getsize(log):
            size = os.path.getsize(log)
            try:
                child.wait(_PLAIN_SECONDS)
                return "status %d" % child.returncode
            except subprocess.TimeoutExpired:
                pass
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return "nothing told for %d s" % _PLAIN_SECONDS


class Guests:
    """Guests of one supervisor, one after the other, asked step by step
    (steps.c)."""

    def __init__(self, build):
        immure = os.path.join(build, "immure")
        self.policy = tempfile.NamedTemporaryFile(suffix=".json")
        subprocess.run([immure, "policy", "show", "--json", POLICY],
                       stdout=self.policy, check=True)
        self.process = subprocess.Popen(
            [os.path.join(build, "tests/conformance/steps"),
             self.policy.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.policy.close()

    def _say(self, request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def fresh(self, files):
        """A new guest, with guest.py run and FILES given."""
        self._say({"open": True})
        with open(GUEST, encoding="utf-8") as f:
            end = self.step(f.read(), files=files)
        if end.get("verdict") != "ok":
            raise SystemExit("no guest can be run: %s" % json.dumps(end))

    def step(self, code, limits=_LIMITS, files=None):
        """The result of CODE in the guest."""
        self._say(dict(limits, code=code, filename="guest.py",
                       files=files or {}))
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("tests/conformance/steps ended")
        return json.loads(answer)


def probe(guests, names):
    """Of the modules NAMES and those that a guest has: (those that it has
    not, those that it can import)."""
    guests.fresh({})
    end = guests.step("""if True:
        here, refused = set(sys.modules), []
        for name in %r:
            try:
                importlib.import_module(name)
            except ImportError as error:
                if getattr(error, "rule", "").startswith("import."):
                    refused.append(name)
        tell(refused=[n for n in refused if n not in here],
             allowed=sorted(set(sys.modules) & here - set(refused)))
        """ % sorted(names))
    record = next(_records(end["stdout"]))
    return record["refused"], record["allowed"]


def absent_modules(guests):
    """The modules of the library that a guest has not and that the library it has
    does without: the insides of those it has in another form are not among
    them."""
    refused, allowed = probe(guests, sys.stdlib_module_names)
    program = """if True:
        import importlib, json, sys
        sys.path.insert(0, %r)
        import taken
        absent, allowed = json.load(sys.stdin)
        blocked = taken.Refusing(absent)
        sys.meta_path.insert(0, blocked)
        for name in absent:
            sys.modules.pop(name, None)
        for name in allowed:
            while True:
                try:
                    importlib.import_module(name)
                except ModuleNotFoundError as error:
                    if error.name in blocked.names:
                        blocked.names -= {error.name}
                        continue
                except Exception:
                    pass
                break
        print(json.dumps(sorted(blocked.names)))
        """ % HERE
    done = subprocess.run([sys.executable, "-B", "-I", "-c", program],
                          input=json.dumps([refused, allowed]),
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


class Jail:
    """A guest, which is given the sources and asked for case by case."""

    def __init__(self, guests, made, alone):
        self.guests = guests
        self.plan, self.given = made
        self.alone = set(alone)
        self.load, self.cases, self.load_denied = None, None, []
        self.stand_ins, self.class_names = [], {}
        self.results = {}

    def _load(self):
        """A fresh guest with the test file loaded: whether it has cases."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            json.dump(self.plan, f)
            f.flush()
            files = {name: os.path.join(plans.LIB, name)
                     for name in self.given}
            self.guests.fresh(dict(files, **{"plan.json": f.name}))
        end = self.guests.step('run = start("plan.json")')
        self.load_denied = _rules(end)
        self.load, self.cases = None, None
        for record in _records(end.get("stdout", "")):
            if "cases" in record:
                self.cases = record["cases"]
            elif "load" in record:
                self.load = record
            elif "stand_ins" in record:
                self.stand_ins = record["stand_ins"]
        if self.cases is None and self.load is None:
            self.load = {"load": "error",
                         "why": _why(end["verdict"], _last_words(end))}
        return self.load is None

    def ask_names(self):
        """{rule: names} of the classes that loading the file was refused."""
        end = self.guests.step("class_names(%r)" % self.load_denied)
        for record in _records(end.get("stdout", "")):
            self.class_names = record["names"]

    def run_all(self):
        """{case: {outcome, why, denied}}."""
        if self._load():
            self.ask_names()
            self.results = self._run(self.cases)
        return self.results

    def run_only(self, only):
        """Those of ONLY, in a fresh guest."""
        if not self._load():
            return {}
        return self._run([case for case in self.cases if case in set(only)])

    def _run(self, cases):
        found, fixtures, fresh = {}, {}, True
        for case in cases:
            if not fresh and not self._load():
                break
            end = self.guests.step("run.one(%r)" % case, _SHORT if case in
                                   self.alone else _LIMITS)
            fresh = end.get("verdict") == "ok"
            found[case] = result = self._result(case, end)
            if "fixture" in result:     # it was tried for the first of them
                result["denied"] = fixtures.setdefault(result["fixture"],
                                                       result["denied"])
        return found

    @staticmethod
    def _result(case, end):
        result = {"case": case, "outcome": "ended",
                  "why": _why(end.get("verdict", "gone"), _last_words(end))}
        for record in _records(end.get("stdout", "")):
            if record.get("case") == case:
                result = record
        result["denied"] = _rules(end)
        return result

    def missing(self, case):
        """The result of a case that this side does not have."""
        why = (self.load or {}).get("why") or _why(
            "Missing", "no such case in the jail")
        return {"case": case, "outcome": "missing", "why": why, "denied": []}


def _rules(end):
    """Those of the denials of a step, as they came."""
    return list(dict.fromkeys(d["rule"] for d in end.get("denials") or ()))


def _last_words(end):
    error = (end.get("exception") or {}).get("text", "")[-400:]
    parts = end.get("why"), end.get("failed"), end.get("syscall"), error
    return " ".join(str(part) for part in parts if part)
