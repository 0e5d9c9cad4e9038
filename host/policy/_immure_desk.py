"""The tool `desk`: answers a policy author's questions, one after the other.

    immure-zygote --tool desk -- FILE|NAME [--allow-import M|--env DIR
                                           |--limit NAME=VALUE]...

`immure repl` starts one and keeps it.  Each line in is a JSON list, a question
and its words; each line out is a JSON object: {"text": what to show, "known":
whether there was something to say, "policy": the policy in effect, where the
question changed it}.  The first line out answers the command line.

The session's changes are a policy of their own over the given one, so that
what :save writes is what was tried."""
import json
import os
import sys

import _immure_cases
import _immure_explain as explain
import _immure_folders
import _immure_policy as policy
import _immure_show as show
import _jail
import _wall
from _immure_keys import TABLES

SESSION = "this session"    # what messages and origins call the changes
OPPOSITE = {"allow": "deny", "deny": "allow"}
FOREVER = TABLES["pool"]["session_idle"].high


def written(items):
    return "[%s]" % ", ".join(show.written(item) for item in items)


class Explainer:
    """explain.explain() in a process of its own: it loads the library as
    guests have it, with their open(), and closes the streams of sys."""

    def __init__(self):
        down, up = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(down[1])
            os.close(up[0])
            self.serve(open(down[0], encoding="utf-8"),
                       open(up[1], "w", encoding="utf-8"))
            os._exit(0)
        os.close(down[0])
        os.close(up[1])
        self.down = open(down[1], "w", encoding="utf-8")
        self.up = open(up[0], encoding="utf-8")

    @staticmethod
    def serve(names, answers):
        explain.load("builtins")    # now, while the person reads the prompt
        for name in names:
            say(answers, explain.explain(json.loads(name)))

    def explain(self, name):
        say(self.down, name)
        return json.loads(self.up.readline())

    def close(self):
        self.down.close()
        os.waitpid(self.pid, 0)


class Changes:
    """Limits and lists of the session, over a base."""

    def __init__(self, base):
        self.base = base
        self.limits = {}
        self.lists = {}     # (table, key): {"append": [...], "remove": [...]}

    def copy(self):
        other = Changes(self.base)
        other.limits = dict(self.limits)
        other.lists = {path: {verb: list(items)
                              for verb, items in verbs.items()}
                       for path, verbs in self.lists.items()}
        return other

    def any(self):
        return bool(self.limits or self.lists)

    def add(self, path, item, verb="append"):
        other = {"append": "remove", "remove": "append"}[verb]
        verbs = self.lists.setdefault(path, {"append": [], "remove": []})
        if item in verbs[other]:
            verbs[other].remove(item)
        else:
            verbs[verb].append(item)
        if not verbs["append"] and not verbs["remove"]:
            del self.lists[path]

    def toml(self, folder=""):
        base = self.base if self.base in policy.known_profiles() else \
            os.path.join(folder, self.base)
        lines = ["extends = %s" % written([base])]
        for table in TABLES:
            keys = ["%s = %s" % (name, show.written(value) if
                                 isinstance(value, str) else value)
                    for name, value in self.limits.items()
                    if table == "limits"]
            keys += ["%s = %s" % (path[1], self.list_text(verbs))
                     for path, verbs in self.lists.items()
                     if path[0] == table]
            lines += ["", "[%s]" % table, *keys] if keys else []
        return "\n".join(lines) + "\n"

    @staticmethod
    def list_text(verbs):
        if not verbs["remove"]:
            return written(verbs["append"])
        return "{%s}" % ", ".join("%s = %s" % (verb, written(items))
                                  for verb, items in verbs.items() if items)

    def effective(self):
        if not self.any():
            return policy.load_policy(self.base)
        return policy.compile_policy(self.toml(), SESSION)


class Desk:
    def __init__(self, args):
        base, *rest = args
        policy.text_of(base)    # tells what is wrong with the name
        if base not in policy.known_profiles() and \
                not base.endswith(".toml"):
            raise policy.PolicyError("%s: rename it to end in .toml, so that "
                                     "what you try can extend it" % base)
        self.changes = Changes(base)
        for option, value in zip(rest[::2], rest[1::2]):
            self.give(option, value)
        self.settle(self.changes)
        self.for_guests()
        self.explainer = Explainer()

    def give(self, option, value):
        if option == "--limit":
            self.set_limit(self.changes, value)
        elif option == "--env":
            self.changes.add(("packages", "path"), os.path.abspath(value))
        else:
            self.changes.add(("modules", "allow"), value)

    @staticmethod
    def set_limit(changes, text):
        name, equals, value = text.partition("=")
        if name not in TABLES["limits"] or not equals:
            raise policy.PolicyError(
                "%s: write NAME=VALUE, for example cpu=4s; the limits are %s"
                % (text, ", ".join(TABLES["limits"])))
        changes.limits[name] = int(value) if value.isdigit() and \
            TABLES["limits"][name].unit == policy.COUNT else value

    def settle(self, changes):
        """Take changes over, or raise PolicyError."""
        self.whole = changes.effective()
        self.changes = changes

    def for_guests(self):
        """What the supervisor gets: with folders as they are here, and no
        time after which a person's session is over."""
        whole = json.loads(json.dumps(self.whole))
        whole["packages"]["path"] = _immure_folders.resolve_all(
            whole["packages"]["path"], self.fail_folder)
        whole["pool"]["session_idle_ms"] = FOREVER
        whole["pool"]["min_idle"] = 0
        return whole

    def fail_folder(self, path, message):
        raise policy.PolicyError("packages.path: %s" % message)

    # --- questions -----------------------------------------------------------

    def why(self, *names):
        lines, known = [], True
        for name in names:
            said, there = self.explainer.explain(name)
            known = known and there
            lines += self.ruled(name) + said
        return {"text": "\n".join(lines), "known": known}

    def ruled(self, name):
        """What the policy itself says about a name."""
        names = {name} | {row["name"] for row in _jail.explain(name)}
        lines = []
        for table in ("modules", "names"):
            for key in ("deny", "allow"):
                for item in self.whole[table][key]:
                    if show.below(name, [item]) or item in names:
                        where = self.whole["origins"].get(
                            "%s.%s.%s" % (table, key, item), "")
                        lines.append("%s: this policy %s it: [%s] %s (%s)" % (
                            name, "allows" if key == "allow" else "denies",
                            table, key, where))
        return lines

    def can(self, *words):
        lines = []
        for word in words:
            said, _ = self.explainer.explain(word)
            lines += self.ruled(word)
            lines += in_short(said)
        return {"text": "\n".join(lines), "known": bool(lines)}

    def policy(self, *sections):
        for section in sections:
            if section not in TABLES:
                raise policy.PolicyError("no section '%s'%s" % (
                    section, policy._nearest(section, list(TABLES))))
        rows = [row for row in show.rows(self.whole)
                if not sections or row[0] in sections]
        lines, last = [], None
        if not sections:
            lines = ["# %s, sha256:%s" % (self.whole["name"],
                                          self.whole["sha256"])]
        for table, text, origin in rows:
            if table != last:
                lines += ["[%s]" % table]
                last = table
            lines.append("%-40s # %s" % (text, origin) if origin else text)
        return {"text": "\n".join(lines), "known": True}

    def limits(self, *settings):
        if not settings:
            return self.policy("limits")
        changes = self.changes.copy()
        for setting in settings:
            self.set_limit(changes, setting)
        return self.changed(changes)

    def allow(self, *names):
        return self.change("allow", names)

    def deny(self, *names):
        return self.change("deny", names)

    def change(self, key, names):
        changes = self.changes.copy()
        for name in names:
            found = _jail.explain(name)
            module = any(row["layer"] == "modules" for row in found) or \
                (not found and "." not in name)
            table = "modules" if module else "names"
            listed = found[0]["name"] if found and not module else name
            self.change_one(changes, table, key, listed, found)
        return self.changed(changes)

    def change_one(self, changes, table, key, name, found):
        if name in self.whole[table][OPPOSITE[key]]:
            changes.add((table, OPPOSITE[key]), name, "remove")
            return
        kept = bool(found) and all(row["stand"] == "kept" for row in found
                                   if row["name"] == name)
        if name in self.whole[table][key] or (key == "allow" and kept):
            raise policy.PolicyError("%s is %s already" % (
                name, {"allow": "allowed", "deny": "denied"}[key]))
        changes.add((table, key), name)

    def changed(self, changes):
        before = self.whole, self.changes
        self.settle(changes)
        try:
            guests = self.for_guests()
        except policy.PolicyError:
            self.whole, self.changes = before
            raise
        self.before = before
        lines, _ = show.compare(before[0], self.whole)
        return {"text": "\n".join(lines or ["the same power"]), "known": True,
                "policy": guests}

    def undo(self):
        """The last change could not be put into effect."""
        self.whole, self.changes = self.before
        return {"text": "", "known": True, "policy": self.for_guests()}

    def diff(self):
        lines, _ = show.compare(policy.load_policy(self.changes.base),
                                self.whole)
        return {"text": "\n".join(lines or [
            "no change: guests have the power of %s" % self.changes.base]),
            "known": True}

    def save(self, path):
        if not path.endswith(".toml"):
            path += ".toml"
        folder = os.path.relpath(os.getcwd(), os.path.dirname(path) or ".")
        text = self.changes.toml("" if folder == "." else folder)
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise policy.PolicyError("%s is there already: give another name"
                                     % path) from None
        except OSError as error:
            raise policy.PolicyError("%s: %s" % (path, error.strerror)) \
                from None
        return {"text": "%s:\n%s" % (path, text.rstrip("\n")), "known": True}

    def syscalls(self):
        lines = []
        for name, refused, reason in _wall.syscalls():
            stand = "fails with " + explain.errno.errorcode[refused] \
                if refused else "kept"
            lines.append("%-18s %-18s %s" % (name, stand, reason))
        return {"text": "\n".join(
            [*lines, "any other          kills the guest"]), "known": True}

    def attacks(self):
        """The attacks for guests of the policy, as JSON."""
        return {"text": json.dumps(_immure_cases.attacks_for(self.whole)),
                "known": True}

    def denial(self, what, layer, rule, fix):
        """What a guest's result says of one denial, and the row behind it."""
        rows = [row for row in _jail.explain(rule) if row["rule"] == rule]
        where = " (%s)" % rows[0]["where"] if rows and rows[0]["where"] else ""
        return {"text": "\n".join([
            "denied: " + what,
            *explain._field("by", "%s, rule %s%s" % (layer, rule, where)),
            *explain._field("reason", rows[0]["reason"] if rows else ""),
            *explain._field("fix", fix)]), "known": True}

    def limit(self, name):
        """What a guest met at its limit."""
        return {"text": "\n".join(
            [*explain._field("reason", explain._LIMITS.get(name)),
             *explain._field("by", "[limits] %s, %s" % (
                 name, self.whole["origins"].get("limits." + name, ""))),
             *explain._field("fix", "another limit in the policy; here: "
                             ":limits %s=%s" % (name, twice(
                                 name, self.whole)))]), "known": True}


def in_short(said):
    """Of each thing that is explained: its first line, and the reason."""
    lines, label = [], ""
    for line in said:
        if not line.startswith(" "):
            lines.append(line)
            label = ""
            continue
        label = line[:12].strip() or label
        if label == "reason:":
            lines[-1] += (": " if line[:12].strip() else " ") + line[12:]
    return lines


def twice(name, whole):
    key = TABLES["limits"][name]
    return policy.show_quantity(2 * whole["limits"][key.field], key.unit)


QUESTIONS = ("why", "can", "policy", "limits", "allow", "deny", "undo", "diff",
             "save", "syscalls", "attacks", "denial", "limit")


def answer(desk, line):
    try:
        question, *words = json.loads(line)
        assert question in QUESTIONS
        return getattr(desk, question)(*words)
    except policy.PolicyError as error:
        return {"text": str(error).replace("\n", " "), "known": False}


def say(out, reply):
    out.write(json.dumps(reply) + "\n")
    out.flush()


def main(args):
    try:
        desk = Desk(args[1:])
        first = {"text": "", "known": True, "policy": desk.for_guests()}
    except policy.PolicyError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    say(sys.stdout, first)
    for line in sys.stdin:
        say(sys.stdout, answer(desk, line))
    desk.explainer.close()
    return 0
