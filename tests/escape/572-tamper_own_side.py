# escape: 572
# technique: the student's side of the grader patched: its codec, its answers, its end
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; it decides nothing
# first-seen: this project
import sys
names = [n for n in sys.modules if n.startswith("immure_")]
for name in names:
    module = sys.modules[name]
    for what, value in list(vars(module).items()):
        if callable(value) and not what.startswith("__"):
            try: setattr(module, what, lambda *a, **k: True)
            except Exception: pass
def solve(n): return True
