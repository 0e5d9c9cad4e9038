# escape: 403
# technique: own code that runs in the middle of a late import asks for what only the library gets
# family: late
# goal: import
# expect: contained
# policy-wall: optional; it looks at its own process alone
import sys
table = vars(sys.modules['buil' + 'tins'])
load = table['__imp' + 'ort__']
build = table['__build' + '_class__']
tried = []
def attempt():
    for name in ('_posix' + 'subprocess', '_sock' + 'et', '_cty' + 'pes', '_pick' + 'le', '_jail', '_immure_boot', 'mm' + 'ap', 'multi' + 'processing.connection', 'cty' + 'pes'):
        try:
            tried.append((name, load(name)))
        except BaseException:
            pass
    frame = sys._getframe()
    while frame is not None:
        for name in ('f_globals', 'f_locals', 'f_builtins'):
            try:
                value = getattr(frame, name)
                if frame.f_code.co_filename != attempt.__code__.co_filename:
                    tried.append((name, frame.f_code.co_filename))
            except BaseException:
                pass
        frame = frame.f_back
    for what in (lambda: load('marsh' + 'al').loads(b'N'), lambda: (lambda: 0).__code__.replace(co_code=b''),
                 lambda: load('o' + 's').fork(), lambda: load('o' + 's').stat('/etc/passwd')):
        try:
            tried.append(('call', what()))
        except BaseException:
            pass
def evil_build(*args, **kwargs):
    attempt()
    return build(*args, **kwargs)
table['__build' + '_class__'] = evil_build
for name in ('text' + 'wrap', 'string', 'csv', 'config' + 'parser', 'html.par' + 'ser', 'fract' + 'ions', 'ip' + 'address', 'shl' + 'ex', 'sched'):
    try:
        load(name)
    except BaseException as e:
        print(name, type(e).__name__)
for name, value in tried:
    print('ESCAPED:', name, value)
