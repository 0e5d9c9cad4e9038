# escape: 173
# technique: the jail's modules by sys.modules: refusing objects, streams, tables, hooks
# family: jail
# goal: re-enable
# expect: contained
import sys
mods = {n: m for n, m in sys.modules.items() if n.startswith('_immure') or n == '_jail'}
print(sorted(mods))
jail = next((vars(m)['_jail'] for m in mods.values() if '_jail' in vars(m)), None)
print(jail)
for name in ('enter', 'StdStream', 'survey', 'unresolved', 'explain'):
    f = getattr(jail, name, None)
    for args in ((), (0, 'x'), (3, 'x'), (2**32 + 1, 'x'), ('posix.system',)):
        try:
            got = f(*args)
            if name == 'StdStream':
                got.write(b'')
                print('ESCAPED: stream', args)
        except Exception as error:
            print(name, args, repr(error)[:60])
pairs = sys.modules['_immure_patch']._pairs
dead = 0
for old, new in list(pairs.values()):
    if callable(old) and getattr(old, '__name__', '') in ('open', 'system', 'listdir', 'getcwd', 'cpu_count', 'getpid', 'uname', 'open_code'):
        for args in ((), ('/etc/hostname',)):
            try:
                got = old(*args)
                print('ESCAPED:', old, got)
            except Exception as error:
                dead += 1
print('dead', dead)
