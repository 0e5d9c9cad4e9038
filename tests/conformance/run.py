"""CPython's own tests, case by case: in the jail and under plain Python.

    run.py [--update] [--jobs 1|2] [--again] [--defects] [FILE...]

Prints a table (passed in both, passed only in plain, total) and the reason of
each case that passes only in plain: a word of the closed set REASONS, derived
from the denial that the case met.  The list of those cases is expected.txt;
a difference fails, --update writes it anew.  FILE is a name of files.txt.

Results are kept in BUILDDIR/conformance; those of the plain interpreter are
used again until --again.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import plan as plans
import reasons
import sides

BUILD = os.path.abspath(os.environ.get("BUILDDIR",
                                       os.path.join(HERE, "../../build")))
EXPECTED = os.path.join(HERE, "expected.txt")
GOAL = 99.5


def read_files():
    """[(name, data globs, fresh modules)] of files.txt."""
    rows = []
    with open(os.path.join(HERE, "files.txt"), encoding="utf-8") as f:
        for line in f:
            name, *options = [part.strip() for part in line.split("|")]
            if not name or name.startswith("#"):
                continue
            found = dict(o.split("=", 1) for o in options)
            rows.append((name,) + tuple(
                [v for v in found.get(key, "").split(",") if v]
                for key in ("data", "fresh")))
    return rows


def read_expected():
    """{case: reason}."""
    expected = {}
    if os.path.exists(EXPECTED):
        with open(EXPECTED, encoding="utf-8") as f:
            for line in f:
                line = line.strip()
                if line and not line.startswith("#"):
                    case, reason = line.rsplit(" | ", 1)
                    expected[case] = reason
    return expected


def write_expected(found):
    with open(EXPECTED, "w", encoding="utf-8") as f:
        f.write("# Cases that pass under plain Python only: case | reason\n"
                "# Written by run.py --update; the reasons are in "
                "reasons.txt.\n\n")
        for case in sorted(found):
            f.write("%s | %s\n" % (case, found[case]))


def module_name(name):
    return name if name.startswith("unittest.") else "test." + name


def judge_file(row, opts):
    """{plain, both, only: {case: (reason, why)}} of one test file."""
    name, data, fresh = row
    module = module_name(name)
    jail = sides.Jail(BUILD, opts.out, plans.make(module, True, fresh, data))
    plain = sides.Plain(opts.out, plans.make(module, False))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        one = pool.submit(plain.run_cached, opts.again)
        if opts.jobs == 1:
            one.result()
        two = pool.submit(jail.run_all)
        plain_results, jail_results = one.result(), two.result()
    passed = [c for c, r in plain_results.items() if r["outcome"] == "pass"]
    only = {}
    for case in passed:
        result = jail_results.get(case) or jail.missing(case)
        if result["outcome"] != "pass":
            only[case] = result
    explained = reasons.explain(only, jail)
    return {"name": name, "total": len(plain_results), "plain": len(passed),
            "both": len(passed) - len(explained), "only": explained}


def print_row(name, verdict):
    count = {}
    for reason, _ in verdict["only"].values():
        count[reason] = count.get(reason, 0) + 1
    words = ", ".join("%s %d" % pair for pair in sorted(count.items()))
    print("%-34s %6d %6d %6d  %s" % (name, verdict["both"],
                                     len(verdict["only"]), verdict["total"],
                                     words), flush=True)


def print_totals(verdicts):
    """The last lines; returns the share of the cases that count."""
    both = sum(v["both"] for v in verdicts)
    total = sum(v["total"] for v in verdicts)
    count = dict.fromkeys(reasons.REASONS, 0)
    for verdict in verdicts:
        for reason, _ in verdict["only"].values():
            count[reason] += 1
    only = sum(count.values())
    print_row("all", {"both": both, "total": total, "only": {}})
    print("passed in both %d, only in plain %d, skipped or failed in plain "
          "%d, total %d" % (both, only, total - both - only, total))
    for reason in reasons.REASONS:
        print("  %-22s %6d" % (reason, count[reason]))
    counted = both + count["defect"]
    share = 100.0 * both / counted if counted else 0.0
    print("of the %d cases that need no OS effect and no denied "
          "introspection: %.2f %% pass in the jail; goal %.1f %%"
          % (counted, share, GOAL))
    return share


def print_defects(verdicts):
    for verdict in verdicts:
        for case, (reason, why) in sorted(verdict["only"].items()):
            if reason == "defect":
                print("defect %s.%s: %s" % (verdict["name"], case,
                                            json.dumps(why)[:700]))


def compare(verdicts, update, whole):
    """Whether expected.txt says the same; with UPDATE, let it."""
    found = {"%s.%s" % (v["name"], case): reason for v in verdicts
             for case, (reason, _) in v["only"].items()}
    expected = read_expected()
    names = tuple(v["name"] + "." for v in verdicts)
    known = {c: r for c, r in expected.items() if c.startswith(names)}
    if update:
        if not whole:
            found.update({c: r for c, r in expected.items()
                          if c not in known})
        write_expected(found)
        return True
    for case in sorted(set(found) | set(known)):
        if found.get(case) != known.get(case):
            print("changed: %s: expected %s, found %s"
                  % (case, known.get(case, "a pass"),
                     found.get(case, "a pass")))
    return found == known


def options(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--defects", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    opts = parser.parse_args(argv)
    opts.out = os.path.join(BUILD, "conformance")
    return opts


def main(argv):
    opts = options(argv)
    if plans.locate("test.support") is None \
            or plans.locate("test.test_grammar") is None:
        print("SKIP: CPython's tests are not installed: they are the Debian "
              "package libpython3.11-testsuite")
        return 77
    os.makedirs(opts.out, exist_ok=True)
    rows = read_files()
    unknown = set(opts.files) - {row[0] for row in rows}
    if unknown:
        raise SystemExit("not in files.txt: " + ", ".join(sorted(unknown)))
    begin = time.monotonic()
    verdicts = []
    print("%-34s %6s %6s %6s" % ("file", "both", "plain", "total"))
    for row in rows:
        if opts.files and row[0] not in opts.files:
            continue
        verdicts.append(judge_file(row, opts))
        print_row(row[0], verdicts[-1])
        with open(os.path.join(opts.out, row[0] + ".verdict.json"), "w",
                  encoding="utf-8") as f:
            json.dump(verdicts[-1], f, indent=1)
    share = print_totals(verdicts)
    if opts.defects:
        print_defects(verdicts)
    shutil.rmtree(os.path.join(opts.out, "work"), ignore_errors=True)
    same = compare(verdicts, opts.update, not opts.files)
    print("took %.0f s" % (time.monotonic() - begin))
    return 0 if same and (opts.files or share >= GOAL) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
