# escape: 234
# policy-wall: optional; it changes its own process alone
# technique: __new__ without __init__ of each C class that a guest can name
# family: memory
# goal: memory
# expect: contained
import sys
seen, count = set(), 0
def walk(c):
    for k in type.__subclasses__(c):
        if k not in seen:
            seen.add(k)
            walk(k)
walk(object)
skip = {'decompress', 'compress', 'flush'}
for k in sorted(seen, key=repr):
    if k.__flags__ & (1 << 9) and k.__module__.startswith('_imm'):
        continue
    try:
        x = k.__new__(k)
    except BaseException:
        continue
    if any(n in repr(k) for n in ('_lzma', '_bz2', '_struct', 'Signal')):
        continue
    for name in dir(k):
        if name in ('__init_subclass__', '__subclasshook__', '__class__', 'acquire', 'get', '__enter__', 'acquire_lock', 'wait', 'join', 'input', 'cmdloop', 'serve_forever', 'run_forever', 'select', 'interact', 'set_trace', 'exit', 'run'):
            continue
        try:
            m = getattr(x, name)
            if callable(m) and not isinstance(m, type):
                m()
                count += 1
        except BaseException:
            pass
print('done', count)
