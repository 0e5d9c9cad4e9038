# escape: 432
# policy-wall: optional; it changes its own process alone
# technique: marshal makes a code object of bytes, as no compiler would
# family: bytecode
# goal: code
# expect: contained
# first-seen: jailctf
import sys
try: import marshal
except ImportError: marshal = sys.modules.get('marshal') or sys.modules['_imp']
code = compile('6 * 7 + x', 'x', 'eval')
for make in (lambda: marshal.loads(marshal.dumps(code)), lambda: marshal.loads(b'\xe3' + bytes(60)), lambda: sys.modules['_imp'].get_frozen_object('x', b'\xe3' + bytes(60))):
    try: made = make()
    except (Exception, SystemError) as error: print(repr(error)[:80]); continue
    if eval(made, {'x': 1}) == 43: print('ESCAPED: bytes ran')
