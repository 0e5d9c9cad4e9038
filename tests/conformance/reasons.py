"""Why a case passes under plain Python only: from the denial it met."""

import fnmatch
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))

REASONS = ("needs-file", "needs-process", "needs-socket", "needs-thread",
           "needs-signal", "needs-dropped-module", "denied-introspection",
           "defect")


def _read():
    """{kind: [(pattern, reason)]} of reasons.txt."""
    table = {"rule": [], "text": [], "weak": []}
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


def of_rule(rule):
    """The reason that stands for a rule of the jail, or None."""
    for pattern, reason in TABLE["rule"]:
        if fnmatch.fnmatchcase(rule, pattern):
            return reason
    return None


def of_rules(rules):
    """That of the first rule; the weak ones count when there are no others."""
    weak = [rule for rule in sorted(rules) for pattern, _ in TABLE["weak"]
            if fnmatch.fnmatchcase(rule, pattern)]
    strong = [rule for rule in sorted(rules) if rule not in weak]
    return next(filter(None, map(of_rule, strong + weak)), None)


def of_text(text):
    for pattern, reason in TABLE["text"]:
        if re.search(pattern, text):
            return reason
    return None


def of_result(result):
    """The reason that a result tells itself, or None."""
    why = result.get("why") or {}
    for rule in why.get("rules", ()):
        reason = of_rule(rule)
        if reason:
            return reason
    first = "%s: %s" % (why.get("type"), why.get("text"))
    for text in [first] + why.get("causes", []):
        reason = of_text(text)
        if reason:
            return reason
    return None


def _key(result):
    why = result["why"]
    ended = result["outcome"] == "ended"
    return why["type"], result["case"] if ended else why["text"][:80]


def _ask(result, jail, asked):
    """The reason of a result that does not tell: from the denials of a guest
    with nothing but that case, or of loading the file; None when it passes
    there.  Cases that end with the same words are asked about once."""
    why = result["why"]
    if result["outcome"] == "missing" and jail.load is None:
        if result["case"] in (jail.cases or ()):
            return "defect"     # defined, and not run
        # Defined only where some module can be imported.
        rules = [r for r in jail.baseline() if r.startswith("import.")]
        return of_rules(rules) or "defect"
    if jail.load is not None:
        return "defect"
    key = _key(result)
    if key not in asked:
        results, rules = jail.apart([result["case"]])
        why["denied"] = sorted(rules)
        again = results.get(result["case"], result)
        if again["outcome"] == "pass":
            return None
        asked[key] = of_result(again) or of_rules(rules) or "defect"
    return asked[key]


_ROUNDS = 8


def _look_again(unknown, jail, found):
    """What stays unknown of {case: result} when the cases are run without
    those whose reason is known, for what a refusal cut short stands in the
    way of others; puts into FOUND what gets known."""
    for _ in range(_ROUNDS):
        if len(unknown) < 2 or jail.load is not None:
            break
        again, left = jail.run_only(sorted(unknown))[0], {}
        for case, result in unknown.items():
            result = again.get(case, result)
            reason = of_result(result)
            if reason is not None:
                found[case] = (reason, result["why"])
            elif result["outcome"] != "pass":
                left[case] = result
        if len(left) == len(unknown):
            break
        unknown = left
    return unknown


def explain(only, jail):
    """{case: (reason, why)}; without the cases that pass when run apart."""
    found, asked, unknown = {}, {}, {}
    for case, result in only.items():
        reason = of_result(result)
        if reason is not None:
            found[case] = (reason, result["why"])
        else:
            unknown[case] = result
    unknown = _look_again(unknown, jail, found)
    if len(unknown) > 1 and jail.load is None:
        # Without a denial among them all none needs to be asked alone.
        results, rules = jail.apart(sorted(unknown))
        if not rules:
            asked = {_key(result): "defect" for result in unknown.values()}
            unknown = {case: result for case, result in unknown.items()
                       if results.get(case, result)["outcome"] != "pass"}
    for case, result in unknown.items():
        reason = _ask(result, jail, asked)
        if reason is not None:
            found[case] = (reason, result["why"])
    return found
