# escape: 160
# policy-wall: optional; it changes its own process alone
# technique: frames yielded by traceback.walk_stack and walk_tb
# family: confused
# goal: frames
# expect: contained
import traceback
for frame, line in (lambda: (lambda: list(traceback.walk_stack(None)))())():
    for name in ('f_back', 'f_globals', 'f_locals', 'f_builtins', 'f_code', 'f_trace'):
        try:
            value = getattr(frame, name)
        except AttributeError:
            continue
        print('ESCAPED:', name, type(value))
    try:
        frame.f_lineno = 1
        print('ESCAPED: jumped')
    except Exception as error:
        print(repr(error)[:60])
    try:
        frame.clear()
    except RuntimeError as error:
        print(error)
