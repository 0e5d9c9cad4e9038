# escape: 009
# technique: __kwdefaults__/__defaults__ of a guard function hold the whitelist; they are writable
# family: bytecode
# goal: tamper-result
# first-seen: variation
def guard(n, _ok=('math',)):
    if n not in _ok: raise PermissionError
    return __import__(n)
guard.__defaults__ = (('os',),)
if guard('os').popen('echo fd').read() == 'fd\n': print('ESCAPED:__defaults__')
