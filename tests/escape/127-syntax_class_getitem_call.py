# escape: 127
# technique: __class_getitem__ = f turns subscription into a call
# family: syntax
# goal: exec
# first-seen: jailctf 'no parentheses' challenges
from os import popen
class X: __class_getitem__ = staticmethod(popen)
r = X['echo cg'].read()
if r == 'cg\n': print('ESCAPED:class_getitem')
