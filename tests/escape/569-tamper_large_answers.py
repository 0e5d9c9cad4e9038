# escape: 569
# technique: 10 MB, as bytes, as a number, and as a quarter of a million items
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; the size of an answer is bounded
# first-seen: this project
def solve(n):
    return {3: b"9" * (10 << 20), 10: 1 << (80 << 20)}.get(
        n, {i: (i,) * 9 for i in range(250000)})
