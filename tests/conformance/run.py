"""CPython's own tests, case by case: in the jail and under plain Python.

    run.py [--update] [--jobs N] [--again] [--defects] [FILE...]

Prints a table: cases passed in both, passed only in plain, not passed in plain,
all; the share that passes in the jail of those that need nothing a guest has
not; seconds.  The reason of each case that passes only in plain is a word of
the closed set REASONS, derived from the denial that the case met.  The list of
those cases is expected.txt; a difference fails, --update writes it anew.  FILE
is a name of files.txt.

Results are kept in BUILDDIR/conformance; those of the plain interpreter are
used again until --again.
"""

import argparse
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import threading
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
    """[(name, data globs, fresh modules, cases that wait, plain)] of
    files.txt."""
    rows = []
    with open(os.path.join(HERE, "files.txt"), encoding="utf-8") as f:
        for line in f:
            name, *options = [part.strip() for part in line.split("|")]
            if not name or name.startswith("#"):
                continue
            found = dict(o.split("=", 1) for o in options)
            rows.append((name,) + tuple(
                [v for v in found.get(key, "").split(",") if v]
                for key in ("data", "fresh", "alone", "plain")))
    return rows


def uncovered():
    """The test files of modules a guest may import that files.txt lacks."""
    with open(os.path.join(HERE, "files.txt"), encoding="utf-8") as f:
        named = {line.split("|")[0].strip() for line in f}
    lists = os.path.join(HERE, "../../stdlib-whitelist/modules.list")
    with open(lists, encoding="utf-8") as f:
        rows = [[part.strip() for part in line.split("|")] for line in f]
    files = {"test_" + row[0].replace(".", "_") for row in rows
             if row[1:2] in (["guest"], ["shim"])}
    named.add("test_unittest")      # it runs unittest.test.*
    return sorted(name for name in files - named
                  if (plans.locate("test." + name) or (None, 1))[1] is False)


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


HOW = """%d cases are not as expected.txt says.  A case that passes only in plain
Python is a fault of the jail, or needs what a guest has not: mend it, or
accept the list as found, with
    make check-conformance CONFORMANCE_FLAGS=--update
The list was written with the test suite %s; this is %s."""
_WITH = "# Test suite: "


def revision():
    """That of Debian's package, which changes with its security fixes."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "libpython%d.%d-testsuite"
         % sys.version_info[:2]], capture_output=True, text=True)
    return done.stdout.strip() or "of Python " + sys.version.split()[0]


def written_with():
    with open(EXPECTED, encoding="utf-8") as f:
        return next((line[len(_WITH):].strip() for line in f
                     if line.startswith(_WITH)), None)


def write_expected(found):
    with open(EXPECTED, "w", encoding="utf-8") as f:
        f.write("# Cases that pass under plain Python only: case | reason\n"
                "# Written by run.py --update; the reasons are in "
                "reasons.txt.\n%s%s\n\n" % (_WITH, revision()))
        for case in sorted(found):
            f.write("%s | %s\n" % (case, found[case]))


def module_name(name):
    return name if name.startswith("unittest.") else "test." + name


def absent_modules():
    guests = sides.Guests(BUILD)
    found = sides.absent_modules(guests)
    guests.close()
    return found


def judge_file(row, opts, expected, guests):
    """{name, total, plain, both, only: {case: (reason, why)}, varies: [case],
    seconds} of one test file."""
    name, data, fresh, alone, slow = row
    begin = time.monotonic()
    module = module_name(name)
    plain = sides.Plain(opts.out, plans.make(module, False)[0])
    made = plans.make(module, True, fresh, data)
    jail = sides.Jail(guests, made, alone)

    def explain(cases, found):
        return reasons.explain(failures(cases, found, jail), jail, plain,
                               opts.absent)

    found = jail.run_all()
    if slow:
        take_for_granted(plain, jail)
    else:
        plain.run_cached(opts.again)
    results = plain.results
    passed = {c for c, r in results.items() if r["outcome"] == "pass"}
    only = explain(passed, found)
    varies = [] if slow else settle(plain, jail, passed, only, expected,
                                    explain)
    if slow:
        drop_failing(plain, passed, only)
    return {"name": name, "total": len(results), "plain": len(passed),
            "both": len(passed) - len(only), "only": only, "varies": varies,
            "seconds": round(time.monotonic() - begin, 1)}


WHOLE = "(the whole file)"


def take_for_granted(plain, jail):
    """Results of plain Python that would take it minutes: that a case passes
    which it would not skip.  A file that can't be loaded in the jail is one
    case."""
    plain.plan["dry"] = True
    plain.run_all()
    if jail.load is not None:
        plain.results = {WHOLE: {"case": WHOLE, "outcome": "pass"}}


def drop_failing(plain, passed, only):
    """A case is a defect only if plain Python does pass it."""
    plain.plan["dry"] = False
    defects = {case for case in only if only[case][0] == "defect"}
    again = plain.run_only(sorted(defects)) if defects else {}
    for case in defects:
        if again.get(case, {}).get("outcome") != "pass":
            passed.discard(case)
            del only[case]


def failures(passed, found, jail):
    """{case: result} of those of PASSED that do not pass in the jail too."""
    results = {case: found.get(case) or jail.missing(case) for case in passed}
    return {case: result for case, result in results.items()
            if result["outcome"] != "pass"}


def settle(plain, jail, passed, only, expected, explain):
    """Look again at what is not as EXPECTED.  A case that ends differently in
    two runs of plain Python says nothing: it leaves PASSED and ONLY, and is
    returned.  One that ends as expected in a second guest is taken so."""
    differ = {case for case in set(expected) | set(only)
              if expected.get(case) != only.get(case, (None,))[0]}
    differ &= set(plain.results) - {WHOLE}
    if not differ:
        return []
    varies = set()
    for _ in range(2):
        again = plain.run_only(sorted(differ))
        varies |= {case for case in differ if (case in passed)
                   != (again.get(case, {}).get("outcome") == "pass")}
    passed -= varies
    for case in varies:
        only.pop(case, None)
    second = passed & differ
    if second:
        found = explain(second, jail.run_only(second))
        for case in second:
            if found.get(case, (None,))[0] == expected.get(case):
                only.pop(case, None)
                only.update({case: found[case]} if case in found else {})
    return sorted(varies)


def judge_all(rows, opts, expected):
    """The verdicts as they come; the largest files go first."""
    local, all_guests = threading.local(), []

    def judge(row):
        if not hasattr(local, "guests"):
            local.guests = sides.Guests(BUILD)
            all_guests.append(local.guests)
        return judge_file(row, opts, parts[row[0]], local.guests)

    parts = {row[0]: {} for row in rows}
    for case, reason in expected.items():
        name = file_of(case, rows)
        if name is not None:
            parts[name][case[len(name) + 1:]] = reason
    with concurrent.futures.ThreadPoolExecutor(opts.jobs) as pool:
        started = [pool.submit(judge, row)
                   for row in sorted(rows, key=size_of, reverse=True)]
        for one in concurrent.futures.as_completed(started):
            yield one.result()
    for guests in all_guests:
        guests.close()


def file_of(case, rows):
    """The name in files.txt that a line of expected.txt begins with."""
    return max((row[0] for row in rows if case.startswith(row[0] + ".")),
               key=len, default=None)


def size_of(row):
    return os.path.getsize(plans.locate(module_name(row[0]))[0])


def share_of(both, defects):
    return 100.0 * both / (both + defects) if both + defects else 100.0


def count_reasons(verdicts):
    count = dict.fromkeys(reasons.REASONS, 0)
    for verdict in verdicts:
        for reason, _ in verdict["only"].values():
            count[reason] += 1
    return count


def print_row(name, verdicts, words=True):
    both = sum(v["both"] for v in verdicts)
    only = sum(len(v["only"]) for v in verdicts)
    total = sum(v["total"] for v in verdicts)
    count = count_reasons(verdicts)
    print("%-34s %6d %6d %6d %6d %6.1f %6.1f  %s" % (
        name, both, only, total - both - only, total,
        share_of(both, count["defect"]), sum(v["seconds"] for v in verdicts),
        ", ".join("%s %d" % pair for pair in count.items()
                  if pair[1] and words)), flush=True)


def print_totals(verdicts):
    """The last lines; returns the share of the cases that count."""
    count = count_reasons(verdicts)
    print_row("all", verdicts, False)
    for reason in reasons.REASONS:
        print("  only in plain: %-22s %6d" % (reason, count[reason]))
    varies = sum(len(v["varies"]) for v in verdicts)
    if varies:
        print("  end differently in two runs of plain Python: %d" % varies)
    both = sum(v["both"] for v in verdicts)
    share = share_of(both, count["defect"])
    print("of the %d cases that need no OS effect and no denied "
          "introspection %.2f %% pass in the jail; goal %.1f %%"
          % (both + count["defect"], share, GOAL))
    return share


def print_defects(verdicts):
    for verdict in verdicts:
        for case, (reason, why) in sorted(verdict["only"].items()):
            if reason == "defect":
                print("defect %s.%s: %s" % (verdict["name"], case,
                                            json.dumps(why)[:700]))


def compare(verdicts, expected, update, whole):
    """The number of cases that are not as EXPECTED; with UPDATE they are
    written down, and it is 0."""
    rows = [(v["name"],) for v in verdicts]
    found = {"%s.%s" % (v["name"], case): reason for v in verdicts
             for case, (reason, _) in v["only"].items()}
    varies = {"%s.%s" % (v["name"], case) for v in verdicts
              for case in v["varies"]}
    known = {c: r for c, r in expected.items()
             if c not in varies and (whole or file_of(c, rows))}
    if update:
        kept = {c: r for c, r in expected.items() if c not in known}
        write_expected(kept | found)
        return 0
    changed = [case for case in sorted(set(found) | set(known))
               if found.get(case) != known.get(case)]
    for case in changed:
        print("changed: %s: expected %s, found %s"
              % (case, known.get(case, "a pass"), found.get(case, "a pass")))
    if changed:
        print(HOW % (len(changed), written_with() or "?", revision()))
    return len(changed)


def options(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--defects", action="store_true")
    parser.add_argument("--jobs", type=int, default=3 * os.cpu_count())
    opts = parser.parse_args(argv)
    opts.out = os.path.join(BUILD, "conformance")
    return opts


def main(argv):
    # Some cases wait for SIGINT, and a background job of a shell ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    opts = options(argv)
    if plans.locate("test.support") is None \
            or plans.locate("test.test_grammar") is None:
        print("SKIP: CPython's tests are not installed: they are the Debian "
              "package libpython3.11-testsuite")
        return 77
    os.makedirs(opts.out, exist_ok=True)
    rows = read_files()
    lacking = uncovered()
    if lacking:
        raise SystemExit("modules of guests whose tests are not in "
                         "files.txt: " + ", ".join(lacking))
    unknown = set(opts.files) - {row[0] for row in rows}
    if unknown:
        raise SystemExit("not in files.txt: " + ", ".join(sorted(unknown)))
    if opts.files:
        rows = [row for row in rows if row[0] in opts.files]
    begin = time.monotonic()
    opts.absent = absent_modules()
    expected, verdicts = read_expected(), []
    print("%-34s %6s %6s %6s %6s %6s %6s" % ("file", "both", "plain", "fails",
                                             "total", "%", "s"))
    for verdict in judge_all(rows, opts, expected):
        verdicts.append(verdict)
        print_row(verdict["name"], [verdict])
        with open(os.path.join(opts.out, verdict["name"] + ".verdict.json"),
                  "w", encoding="utf-8") as f:
            json.dump(verdict, f, indent=1)
    share = print_totals(verdicts)
    if opts.defects:
        print_defects(verdicts)
    changed = compare(verdicts, expected, opts.update, not opts.files)
    low = share < GOAL and not opts.files
    print("# PASS: %d\n# FAIL: %d\ntook %.0f s"
          % (sum(v["both"] for v in verdicts), changed + low,
             time.monotonic() - begin))
    return 1 if changed or low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
