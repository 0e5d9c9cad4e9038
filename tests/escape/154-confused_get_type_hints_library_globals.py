# escape: 154
# policy-wall: optional; it changes its own process alone
# technique: annotations of a library function, evaluated in its globals by typing
# family: confused
# goal: globals
# expect: contained
import json, typing
box = {}
json.dumps.__annotations__ = {'x': "globals()"}
try:
    hints = typing.get_type_hints(json.dumps)
    print(hints)
except TypeError as error:
    print(error)
class Take:
    def __call__(self, *a):
        return int
typing.ForwardRef.__init__
json.dumps.__annotations__ = {'x': "__import__('builtins').setattr(JSONEncoder, '__taken__', globals()) or int"}
try:
    typing.get_type_hints(json.dumps)
except Exception as error:
    print(repr(error)[:90])
try:
    json.dumps.__annotations__ = {'x': '[*map(print, [cls for cls in [__import__]])] and int'}
    typing.get_type_hints(json.dumps)
except Exception as error:
    print(repr(error)[:90])
json.dumps.__annotations__ = {'x': "json_globals(globals()) or int"}
json.json_globals = lambda g: box.update(g=g)
try:
    typing.get_type_hints(json.dumps)
except Exception as error:
    print(repr(error)[:90])
if box.get('g') is vars(json):
    import sys
    posix = sys.modules["posix"]
    try:
        if 'etc' in posix.listdir('/') or posix.nice(0) is not None:
            print('ESCAPED: posix of the host')
    except Exception as error:
        print(repr(error)[:90])
