"""Every limit x every way to meet it: the verdict is true (TAP).

The rows are table.toml's, which says how to read them."""
import concurrent.futures
import json
import os
import subprocess
import sys
import textwrap
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", os.path.join(HERE, "../../build"))
ENGINE = os.environ.get("ENGINE", "stock")
NOT_PROGRAMS = ("options", "before", "over", "expect", "differs", "phase",
                "instead")
USAGE = ("cpu_ms wall_ms mem_peak faults minor_faults major_faults"
         " voluntary_switches involuntary_switches output_bytes").split()
STATUS = {"ok": 0, "error": 1, "cpu": 124, "wall": 124, "output": 124,
          "crashed": 128}


def put_over(way, over):
    """OVER's lines at the place and the indentation of the word."""
    lines = []
    for line in way.strip("\n").split("\n"):
        if line.strip() == "OVER":
            indent = line[:line.index("OVER")]
            lines.append(textwrap.indent(over.strip("\n"), indent))
        else:
            lines.append(line)
    return "\n".join(lines)


def programs(limit, ways):
    """(way, program)"""
    if "over" in limit:
        for name, way in ways.items():
            yield name, put_over(way, limit["over"])
    for name, program in limit.items():
        if name not in NOT_PROGRAMS:
            yield name, program


def cases():
    with open(os.path.join(HERE, "table.toml"), "rb") as f:
        table = tomllib.load(f)
    for name, limit in table["limit"].items():
        known = dict(programs(limit, table["way"]))
        for part in ("differs", "phase", "instead"):
            unknown = set(limit.get(part, ())) - set(known)
            assert not unknown, f"limit.{name}.{part}: no way {unknown}"
        for way, program in known.items():
            within = way in ("under", "at")
            yield {
                "limit": name, "way": way,
                "program": limit["before"] + "\n" + program + "\n",
                "options": limit.get("instead", {}).get(way,
                                                        limit["options"]),
                "expect": limit.get("differs", {}).get(
                    way, "ok" if within else limit["expect"]),
                "phase": limit.get("phase", {}).get(way),
            }


def run(case):
    done = subprocess.run(
        [os.path.join(BUILD, "immure"), "--json", *case["options"], "-"],
        input=case["program"].encode(), capture_output=True, timeout=300)
    return done, json.loads(done.stdout or b"null")


def limit_wrong(case, limit, verdict, used_up):
    """What is wrong with the result's limit, of a verdict that names one."""
    if not isinstance(limit, dict) or set(limit) != {"name", "value", "used",
                                                     "phase", "layer"}:
        return f"limit is {limit}"
    if limit["name"] != verdict:
        return f"the limit's name is {limit['name']}"
    if used_up and limit["used"] < limit["value"]:
        return f"used {limit['used']} of {limit['value']}"
    if case["phase"] not in (None, limit["phase"]):
        return f"phase {limit['phase']}"
    return None


def wrong(case, done, result):
    """What is wrong with a result, or None."""
    verdict, _, exception = case["expect"].partition(" ")
    if result is None:
        return f"no result: {done.stderr!r}"
    if result["verdict"] != verdict:
        return (f"{result['verdict']} {result['exception']}"
                f" {result['stderr'][:200]}")
    if exception and result["exception"]["type"] != exception:
        return result["exception"]["type"]
    status = STATUS[verdict] + (verdict == "crashed" and result["signal"])
    if done.returncode != status:
        return f"exit status {done.returncode}"
    usage = result["usage"]
    counted = dict(usage)
    if counted.pop("fuel", "missing") is not None and ENGINE == "stock":
        return f"a stock engine counts no fuel: {usage}"
    if set(counted) != set(USAGE) or not all(
            isinstance(v, int) and v >= 0 for v in counted.values()):
        return f"usage is {usage}"
    if verdict in ("cpu", "wall", "output"):
        return limit_wrong(case, result["limit"], verdict, True)
    if exception == "MemoryError":
        layer = (result["limit"] or {}).get("layer")
        if layer != "guest":
            return f"layer {layer}"
        return limit_wrong(case, result["limit"], "memory", False)
    return result["limit"] and f"limit is {result['limit']}"


def main():
    bad = 0
    all_cases = list(cases())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(run, all_cases)
        for i, (case, (done, result)) in enumerate(zip(all_cases, results), 1):
            what = wrong(case, done, result)
            bad += what is not None
            print(f"{'ok' if what is None else 'not ok'} {i} - "
                  f"{case['limit']}: {case['way']}: {case['expect']}")
            if what is not None:
                print(textwrap.indent(str(what), "# "))
            sys.stdout.flush()
    print(f"1..{len(all_cases)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
