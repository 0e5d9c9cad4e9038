# escape: 465
# policy-wall: optional; it changes its own process alone
# technique: a code object of the library run over globals of the guest's own: types.FunctionType, exec, eval
# family: confused
# goal: code
# expect: contained
# first-seen: variation (a code object taken for an identity)
import json, types, typing
def runs(f):
    try: return f()
    except Exception as error: print(repr(error)[:80])
code = json.dumps.__code__
made = runs(lambda: types.FunctionType(code, {'_default_encoder': None}, None, (1,)))
if made: print('ESCAPED: FunctionType over', code.co_name)
made = runs(lambda: type(runs).__new__(types.FunctionType, code, {}))
if made: print('ESCAPED: __new__ over', code.co_name)
# Code without arguments runs by exec() and eval().
codes = [f.__code__ for f in vars(typing).values() if isinstance(f, types.FunctionType)]
codes += [c for f in codes for c in f.co_consts if isinstance(c, types.CodeType)]
codes += [f.__code__ for f in vars(json).values() if isinstance(f, types.FunctionType)]
for code in codes:
    if code.co_argcount or code.co_freevars: continue
    for run in (exec, eval):
        try: run(code, {'sys': None, 'cls': None})
        except OSError as error: print(repr(error)[:80]); continue
        except Exception: pass
        print('ESCAPED:', run.__name__, 'over', code.co_name)
try: exec(typing.overload.__code__, {'_overload_dummy': 1})
except OSError: pass
except TypeError as error:
    if 'missing' in str(error): print('ESCAPED: exec over overload')
