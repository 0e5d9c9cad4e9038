# escape: 575
# technique: the functions of the tests' guest, called from the student's
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; a guest calls what it was granted
# first-seen: this project
from immure import gateway
def solve(n):
    for name in ("tell", "test", "ask", "next ", "Next", "plan"):
        for text in (b'["test", {"at": 0, "points": 1, "verdict": "ok"}]', b'{"ms": 0, "told": {"at": 0, "points": 1}}', b"0\n{}"):
            try: gateway.exchange(name, text)
            except Exception: pass
    return 0
