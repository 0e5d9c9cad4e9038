# escape: 565
# technique: texts that are none, in exceptions, output and answers, so that a mark can't be told and the next takes its place
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; each mark says whose it is, and texts are made readable
# first-seen: this project
def solve(n):
    try: print("\ud800\0")
    except UnicodeError: pass
    raise type("Error\udfff", (ValueError,), {})("\ud800\0" * 9)
