# escape: 568
# technique: what is returned holds itself, or goes deeper than anybody's stack
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; depth and items are bounded on both sides
# first-seen: this project
def solve(n):
    x = []
    if n % 2: x.append(x)
    for _ in range(10 ** 5): x = [x]
    return {"x": x, 1: (x,) * 9}
