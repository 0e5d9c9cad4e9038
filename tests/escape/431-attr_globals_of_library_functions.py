# escape: 431
# policy-wall: optional; it looks at its own process alone
# technique: members of a library's function that lead to its globals and cells, by each way to read an attribute
# family: attr
# goal: code
# expect: contained
# first-seen: pyjail folklore
import functools, inspect, json, operator, string, types
def f_closure(): return functools.lru_cache
targets = [json.dumps, json.load, functools.wraps, functools.singledispatch(len).register, types.coroutine]
for function in targets:
    for name in ('__globals__', '__closure__', '__builtins__'):
        for read in (lambda: getattr(function, name), lambda: operator.attrgetter(name)(function), lambda: object.__getattribute__(function, name),
                     lambda: vars(types.FunctionType)[name].__get__(function), lambda: string.Formatter().get_field('0.' + name, (function,), {})[0],
                     lambda: inspect.getattr_static(types.FunctionType, name).__get__(function), lambda: functools.reduce(getattr, [name], function)):
            try: value = read()
            except Exception: continue
            if isinstance(value, (dict, tuple)): print('ESCAPED:', function.__name__, name)
try: text = '{0.__globals__}'.format(json.dumps)
except Exception: text = ''
if 'JSONEncoder' in text: print('ESCAPED: str.format')
