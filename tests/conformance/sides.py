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
# A case that was cut short is tried again, unless it had this many seconds.
_ENOUGH = 10.0
_PLAIN_SECONDS = 120
_PLAIN_MEMORY = 4 << 30
_ROUNDS = 12
# For a case that waits forever for what a guest has not.
_SHORT = ("--wall", "4s", "--cpu", "4s")


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


def _count_denials(end):
    """{rule: count} of a run's result."""
    count = {}
    for denial in end.get("denials") or ():
        rule = denial.get("rule")
        count[rule] = count.get(rule, 0) + denial.get("count", 1)
    return count


class Side:
    """Runs the cases of one plan until each has a result."""

    def __init__(self, out, made):
        self.out = out
        self.plan, self.given = made
        self.results = {}
        self.load = None
        self.alone = set()
        self.cases = None
        self.begin = None

    @staticmethod
    def _write_plan(folder, plan):
        path = os.path.join(folder, "plan.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(plan, f)
        return path

    def _take(self, text):
        """Keep the results of one run.  Returns (finished, the case that was
        running, its clocks)."""
        running, finished = None, False
        for record in _records(text):
            if "case" in record:
                self.results[record["case"]] = record
                running = None
            elif "start" in record:
                running = record
            elif "begin" in record:
                self.begin = record["begin"]
            elif "load" in record:
                self.load, finished = record, True
            elif "cases" in record:
                self.cases = record["cases"]
            elif "done" in record:
                finished = True
        return finished, running

    def run_all(self):
        """{case: {outcome, why}}."""
        tried = None
        for _ in range(_ROUNDS):
            known = len(self.results)
            self.plan["skip"] = sorted(set(self.results) | self.alone)
            text, end = self.run_once(self.plan)
            finished, running = self._take(text)
            if finished:
                break
            if running is None:
                if self.load is None and len(self.results) == known:
                    self.ended(end)
                    break
                continue
            name = running["start"]
            if name == tried or self.to_blame(running, end):
                self.results[name] = {
                    "case": name, "outcome": "ended", "why": {
                        "type": end["verdict"], "text": end["why"],
                        "rules": [], "causes": []}}
            tried = name
        return self.results

    def ended(self, end):
        """The run ended outside any case."""
        if end["verdict"] == "internal" and self.begin is None:
            raise SystemExit("no guest can be run: " + end["why"])
        if not self.results:
            self.load = {"load": "error", "why": {
                "type": end["verdict"], "text": end["why"], "rules": [],
                "causes": []}}

    def to_blame(self, running, end):
        """Whether the case is to blame that was running at the end."""
        if end["verdict"] not in ("cpu", "wall") or self.begin is None:
            return True
        usage = end["usage"]["%s_ms" % end["verdict"]] / 1000.0
        before = running[end["verdict"]]
        if end["verdict"] == "wall":
            before -= self.begin
        return usage - before >= _ENOUGH


class Plain(Side):
    """The plain interpreter, which imports the test file."""

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

    def run_once(self, plan):
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC0",
               "NO_COLOR": "1"}
        with tempfile.TemporaryDirectory(prefix="conformance") as folder:
            env["HOME"] = env["TMPDIR"] = folder
            log = os.path.join(folder, "out.log")
            with open(log, "wb") as f:
                child = subprocess.Popen(
                    [sys.executable, "-B", "-I", "-X", "utf8", GUEST,
                     self._write_plan(folder, plan)], stdin=subprocess.DEVNULL,
                    stdout=f, stderr=subprocess.DEVNULL, env=env, cwd=folder,
                    start_new_session=True, preexec_fn=_limit_memory)
                try:
                    child.wait(_PLAIN_SECONDS)
                    why = "status %d" % child.returncode
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
                    why = "time"
            with open(log, encoding="utf-8", errors="replace") as f:
                return f.read(), {"verdict": "killed", "why": why}


class Jail(Side):
    """A guest, which is given the sources."""

    def __init__(self, build, out, made, alone):
        super().__init__(out, made)
        self.immure = os.path.join(build, "immure")
        self.alone = set(alone)
        self._baseline = None

    def run_all(self):
        """Those that stand alone each in a guest of its own, and a short
        one."""
        super().run_all()
        for case in sorted(self.alone & set(self.cases or ())):
            text, end = self.run_once(dict(self.plan, skip=[], only=[case]),
                                      _SHORT)
            self._take(text)
            why = {"type": end["verdict"], "text": end["why"], "rules": [],
                   "causes": []}
            result = self.results.setdefault(
                case, {"case": case, "outcome": "ended", "why": why})
            if result["outcome"] != "pass":
                result["why"]["rules"] += self.more(_count_denials(end))
        return self.results

    def run_once(self, plan, limits=()):
        with tempfile.TemporaryDirectory(prefix="conformance") as folder:
            report = os.path.join(folder, "report.json")
            command = [self.immure, "run", "--policy", POLICY, *limits,
                       "--report", report, "--file",
                       "plan.json=" + self._write_plan(folder, plan)]
            for name in self.given:
                command += ["--file", "%s=%s" % (name, os.path.join(
                    plans.LIB, name))]
            with open(os.path.join(folder, "out.log"), "wb") as log:
                done = subprocess.run(
                    command + [GUEST, "plan.json"], stdout=log,
                    stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            with open(log.name, encoding="utf-8", errors="replace") as f:
                text = f.read()
            return text, self._read_report(report, done)

    @staticmethod
    def _read_report(path, done):
        try:
            with open(path, encoding="utf-8") as f:
                end = json.load(f)
        except (OSError, ValueError):
            end = {"verdict": "internal", "denials": [],
                   "why": done.stderr[-400:].decode("utf-8", "replace")}
        if end["verdict"] in ("error", "denied") and end.get("exception"):
            end["why"] = str(end["exception"].get("text"))[-400:]
        end["why"] = "%s %s" % (end.get("why"), end.get("syscall") or "")
        return end

    def baseline(self):
        """{rule: count} of the denials that loading the file meets."""
        if self._baseline is None:
            self._baseline = self.run_only([])[1]
        return self._baseline

    def apart(self, cases):
        """Run CASES in a guest of their own: (their results, the rules of the
        denials they met that loading the file did not)."""
        results, denied = self.run_only(cases)
        return results, self.more(denied)

    def more(self, denied):
        """The rules of {rule: count} that loading the file did not meet as
        often."""
        known = self.baseline()
        return sorted(rule for rule, n in denied.items()
                      if n > known.get(rule, 0))

    def run_only(self, only):
        """Run the cases ONLY: (results, {rule: count} of the denials)."""
        text, end = self.run_once(dict(self.plan, skip=[], only=only))
        results = {r["case"]: r for r in _records(text) if "case" in r}
        return results, _count_denials(end)

    def missing(self, case):
        """The result of a case that this side does not have."""
        why = (self.load or {}).get("why") or {
            "type": "Missing", "text": "no such case in the jail",
            "rules": [], "causes": []}
        return {"case": case, "outcome": "missing", "why": why}
