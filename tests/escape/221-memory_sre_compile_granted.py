# escape: 221
# policy-wall: optional; it changes its own process alone
# technique: the code of a pattern comes from a guest: re._compiler._code is a global that a guest can replace
# family: memory
# goal: memory
# expect: contained
import re, sys
compiler = sys.modules['re._compiler']
c = sys.modules['re._constants']
compiler._code = lambda p, flags: [int(c.FAILURE), int(c.SUCCESS)]
try:
    pattern = re.compile('granted pair')
except RuntimeError as error:
    print('contained:', error)
else:
    print('ESCAPED: _sre.compile ran over code that the parser did not make', pattern.match('granted pair'))
