"""The tool `cases`: the assertions of a policy, for `immure policy test`.

Beside POLICY.toml stands POLICY.test.toml:

    [[allow]]
    code = "print(sum(range(5)))"
    output = "10\\n"                # or verdict = "exit", ...; else "ok"

    [[deny]]
    code = "import os; os.system('ls')"
    rule = "posix.system"           # or verdict = "cpu", ...; else "denied"

What a policy extends is asserted as well; a case of the same `name` (without
one, its code) takes the place of an inherited one.

Behind them come the attacks that immure itself is tested with: none may have
an effect in a guest of the policy, whatever it allows."""
import json
import os
import sys
import tomllib

import _immure_policy as policy
import _immure_profiles
import _immure_show

VERDICTS = ("cpu", "wall", "memory", "output", "killed", "crashed", "ok",
            "exit", "error", "denied")
KEYS = {"allow": ("name", "code", "output", "verdict"),
        "deny": ("name", "code", "rule", "verdict")}


def fail(where, message, *args):
    raise policy.PolicyError("%s: %s" % (where, message % args))


def read_case(where, kind, case):
    if not isinstance(case, dict):
        fail(where, "%s is a list of tables: write [[%s]]", kind, kind)
    for key, value in case.items():
        if key not in KEYS[kind]:
            fail(where, "unknown key '%s' in [[%s]]%s", key, kind,
                 policy._nearest(key, KEYS[kind]))
        if not isinstance(value, str):
            fail(where, "%s of [[%s]] must be a text", key, kind)
    if "code" not in case:
        fail(where, "a case of [[%s]] without code", kind)
    verdict = case.get("verdict")
    if verdict is not None and verdict not in VERDICTS:
        fail(where, "there is no verdict '%s'%s", verdict,
             policy._nearest(verdict, VERDICTS))
    if kind == "deny" and verdict in ("ok", "exit", "error"):
        fail(where, "[[deny]] of the verdict %s denies nothing", verdict)
    name = case.get("name", case["code"].strip().partition("\n")[0])
    if verdict is None and "rule" not in case:
        verdict = "ok" if kind == "allow" else "denied"
    return {"name": name, "kind": kind, "code": case["code"],
            "verdict": verdict, "output": case.get("output"),
            "rule": case.get("rule")}


def read_cases(text, where):
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise policy.PolicyError(policy._syntax(str(error), text,
                                                where)) from None
    for kind, cases in tree.items():
        if kind not in KEYS:
            fail(where, "unknown table '%s'%s", kind,
                 policy._nearest(kind, list(KEYS)))
        for case in cases if isinstance(cases, list) else [cases]:
            yield read_case(where, kind, case)


def text_beside(filename):
    """(text, where) of the assertions beside a policy, or (None, where)."""
    if filename.startswith("profile "):
        name = filename.removeprefix("profile ")
        return _immure_profiles.TESTS.get(name), filename + ".test"
    path = filename.removesuffix(".toml") + ".test.toml"
    return (policy.read_text(path) if os.path.exists(path) else None), path


def cases_of(applied):
    found = {}
    for filename in applied:
        text, where = text_beside(filename)
        for case in read_cases(text, where) if text is not None else ():
            found[case["name"]] = case
    return list(found.values())


def attacks_for(whole):
    """Those that a guest of this policy can try."""
    import _immure_attacks
    allowed = {name.partition(".")[0] for name in whole["modules"]["allow"]}
    return [{"name": name, "kind": "attack", "code": code,
             "effects": list(effects), "sound": sound}
            for name, effects, sound, packages, code
            in _immure_attacks.ATTACKS if allowed.issuperset(packages)]


def main(args):
    """[--no-attacks] -- POLICY: {"policy", "cases", "widened"} as JSON."""
    given = args[-1]
    try:
        whole = policy.load_policy(given)
        applied = policy.applied_by(given)
        widened, _ = _immure_show.compare(policy.load_policy("pure"), whole)
        attacks = [] if "--no-attacks" in args else attacks_for(whole)
        print(json.dumps({"policy": policy.find_folders(whole),
                          "cases": cases_of(applied) + attacks,
                          "widened": widened}))
    except policy.PolicyError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 1
    return 0
