# escape: 574
# technique: a test's end that does not end it: more questions are asked for, or the guest goes on
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL, and no other test waits; such a guest takes no other test
# first-seen: this project
from immure import gateway
def solve(n):
    while True:
        question = gateway.exchange("next", b'{"value": 0, "out": ""}')
        if b'"end"' in question and n % 2: raise SystemExit(0)
