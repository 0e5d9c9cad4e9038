"""Why a case passes under plain Python only: from the denial it met.

The denials of a case are those of its step of the guest.  A case that met none
was decided when the file was loaded, or before: plain Python with one thing
taken away that a guest has not either tells what decided it."""

import fnmatch
import os

import plan as plans

HERE = os.path.dirname(os.path.abspath(__file__))

REASONS = ("needs-file", "needs-process", "needs-socket", "needs-thread",
           "needs-signal", "needs-dropped-module", "denied-introspection",
           "defect")

# What taken.py can take from plain Python -> the reason of a case that does
# not pass then; and calls, whose reasons are those of their rules.
TAKEN = {"files": "needs-file", "process": "needs-process",
         "classes": "denied-introspection"}


def _read():
    """{kind: [(pattern, reason)]} of reasons.txt."""
    table = {"rule": [], "weak": []}
    with open(os.path.join(HERE, "reasons.txt"), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            kind, pattern, reason = line.strip().split(" | ")
            if reason not in REASONS:
                raise SystemExit("reasons.txt:%d: %s is no reason"
                                 % (number, reason))
            table[kind].append((pattern, reason))
    return table


TABLE = _read()


def _of(kind, rules):
    """The reason of the first of RULES that a row of KIND is about."""
    for rule in rules:
        for pattern, reason in TABLE[kind]:
            if fnmatch.fnmatchcase(rule, pattern):
                return reason
    return None


def _is_host_file(name):
    """A guest looked for a file that only the host has."""
    given = name.removeprefix("/job/")
    if given != name:
        name = os.path.join(plans.LIB, given)
    return os.path.isabs(name) and not name.startswith("/tmp/") \
        and os.path.exists(name)


def of_result(result):
    """The reason that the denials of a case tell, or None."""
    why = result["why"]
    reason = _of("rule", why["rules"])
    if reason is None and any(map(_is_host_file, why["absent"])):
        reason = "needs-file"
    return reason or _of("rule", [rule for rule in result["denied"]
                                  if _of("weak", [rule]) is None])


def trials(jail, absent):
    """[(what taken.py is to take away, what that needs to know, the reason of
    a case that does not pass then)], by what the jail denied when the file
    was loaded."""
    imports = [rule for rule in jail.load_denied if rule.startswith("import.")]
    refused = {rule.removeprefix("import.") for rule in imports}
    rows = [("modules", {
        "absent": sorted({*absent, *jail.stand_ins}),
        "missing": jail.stand_ins, "constants": jail.plan["constants"],
        "refused": sorted(refused - set(jail.stand_ins))},
             "needs-dropped-module")]
    for reason in REASONS:
        calls = [rule for rule in jail.load_denied if rule not in imports
                 and _of("rule", [rule]) == reason]
        if calls:
            rows.append(("calls", {"calls": calls, "names": jail.class_names},
                         reason))
    return rows + [(what, {}, reason) for what, reason in TAKEN.items()]


def _take(unknown, found, reason_of):
    """Move to FOUND what REASON_OF knows of {case: result}."""
    for case, result in list(unknown.items()):
        reason = reason_of(result)
        if reason is not None:
            found[case] = (reason, unknown.pop(case)["why"])


def explain(only, jail, plain, absent):
    """{case: (reason, why)}; without the cases that pass when run apart.
    ABSENT are the modules of the library that no guest has."""
    found, unknown = {}, dict(only)
    _take(unknown, found, of_result)
    if jail.load is not None:
        # In the place of these something stood, and guest.adapt() asks for a
        # socket: that did not end it.
        harmless = {"import." + name for name in jail.stand_ins}
        harmless.add("socket.socket")
        rules = jail.load["why"]["rules"] + [
            rule for rule in jail.load_denied if rule not in harmless]
        _take(unknown, found, lambda _: _of("rule", rules))
    for what, more, reason in trials(jail, absent):
        if unknown:
            failed = plain.run_without(what, more, sorted(unknown),
                                       jail.load is not None)
            _take(unknown, found,
                  lambda r: reason if r["case"] in failed else None)
    if unknown and jail.load is None:
        for case in list(unknown):
            again = jail.run_only([case]).get(case)
            if again is not None and again["outcome"] == "pass":
                del unknown[case]
            elif again is not None:
                unknown[case] = again
    _take(unknown, found, of_result)
    _take(unknown, found, lambda r: _of("weak", r["denied"]))
    _take(unknown, found, lambda r: "defect")
    return found
