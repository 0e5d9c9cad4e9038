# escape: 247
# policy-wall: optional; it changes its own process alone
# technique: _jail.note_denial through a module of the jail: a denial of something that nobody tried
# family: tamper
# goal: claims
# expect: contained
import sys
jail = sys.modules['_immure_report']._jail
try:
    jail.note_denial('os.system()', 'posix.system', 'forged')
except Exception as error:
    print(repr(error)[:70])
else:
    print('ESCAPED: a forged denial is in the result')
