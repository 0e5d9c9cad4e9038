# escape: 175
# technique: the type of refusing objects called with odd arguments and copied
# family: jail
# goal: re-enable
# expect: contained
import copy, os, pickle, types
r = os.walk
t = type(r)
for call in (lambda: t(), lambda: t('a', 'b', 'c', 'd'), lambda: t.__new__(t), lambda: object.__new__(t),
             lambda: r.__call__(), lambda: t.__call__(r, 1), lambda: copy.copy(r)(), lambda: copy.deepcopy(r)(),
             lambda: pickle.dumps(r), lambda: r.__reduce_ex__(4), lambda: type('X', (t,), {}),
             lambda: setattr(r, '__class__', int), lambda: setattr(t, '__call__', print),
             lambda: r.__init__(), lambda: t.__init__(r, 'x'), lambda: hash(r), lambda: r.__getstate__()):
    try:
        print(repr(call())[:60])
    except Exception as error:
        print(repr(error)[:60])
