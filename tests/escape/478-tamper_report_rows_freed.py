# escape: 478
# gate: sound
# technique: the rows of a traceback that the report module hands the host are let go of by the line number of one of them
# family: tamper
# goal: memory
# expect: contained
import sys
report = sys.modules['_immure_report']
hold = []
class Line:
    def __index__(self):
        rows.clear()
        hold.extend(b'B' * n for n in (40, 100, 500, 900) for _ in range(50))
        hold.extend([1] * 4 for _ in range(100))
        return 7
def row(k):
    return tuple(['A' * 900 + str(k), Line(), 'n' * 400 + str(k), 'l' * 500 + str(k)])
rows = [row(k) for k in range(30)]
report._render = lambda error: ('told\n', rows)
class Loses(Exception):
    pass
raise Loses('the end')
