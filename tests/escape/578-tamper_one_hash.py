# escape: 578
# technique: an answer of two hundred thousand items that have one hash, written by hand: to make a set of them takes minutes, in the tests' guest
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL, within a second; an answer may have a thousand items of one hash
# first-seen: this project; hash collisions of numbers modulo 2 ** 61 - 1
import json
from immure import gateway
M = 2 ** 61 - 1
items = [["i", hex(n * M)] for n in range(1, 80000)]
same = {3: ["s", items], 4: ["d", [[item, 1] for item in items]], 5: ["z", items],
        6: ["s", [["t", [item]] for item in items]]}
def solve(n):
    answer = {"value": same.get(n, 0), "out": ""}
    gateway.exchange("next", json.dumps(answer).encode("ascii"))
    return 0
