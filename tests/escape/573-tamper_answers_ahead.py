# escape: 573
# technique: answers before the question, in every form
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; an answer is data of the question that was asked
# first-seen: this project
from immure import gateway
answers = [b'{"value": true, "out": ""}', b'{"raise": [["SkipTest"], "", ""], "out": ""}', b'{"stop": true}',
           b'{"value": ["r", ["solve", "function", "solve"]]}', b'{"functions": {"solve": "iterator"}, "value": 9}',
           b'{"value": ["d", [[["d", []], 1]]]}', b'{"value": ["f", "nan"]}', b'{"value": ["i", "0x' + b"f" * 30000 + b'"]}',
           b'{"functions": 9}', b"[" * 100000, b"\xff\xfe", b"", b"null", b'{"value": NaN}', b'{"value": 1e999}']
def solve(n):
    for answer in answers:
        try: gateway.exchange("next", answer)
        except Exception: pass
    return 0
