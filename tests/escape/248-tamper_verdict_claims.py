# escape: 248
# technique: exceptions and hooks that would name another end
# family: tamper
# goal: claims
# expect: contained
import sys, atexit
r = sys.modules['_immure_report']
rt = sys.modules['_immure_rt']
r._render = lambda e: ('forged', [])
rt.finish_globals = lambda *a: '{"forged": 1}'
rt.describe = lambda e: {'type': 'X', 'message': 'm', 'text': 't', 'frames': []}
sys.exit = lambda *a: None
sys.excepthook = lambda *a: None
class End(SystemExit):
    code = property(lambda self: 0, lambda self, value: None)
atexit.register(lambda: (_ for _ in ()).throw(End(0)))
raise End(5)
