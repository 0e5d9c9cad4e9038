# escape: 158
# policy-wall: optional; it changes its own process alone
# technique: a global named list in the report module is handed the globals of a library frame
# family: confused
# goal: frames
# expect: contained
import json.decoder, sys
report = sys.modules['_immure_report']
got = []
report.list = lambda names: got.append(names) or []
del json.decoder.JSONDecodeError
try:
    json.loads('')
except NameError as error:
    report.describe(error)
if any(g is vars(json.decoder) for g in got):
    print('ESCAPED: the real globals of a library frame')
