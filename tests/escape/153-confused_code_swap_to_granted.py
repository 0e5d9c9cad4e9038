# escape: 153
# policy-wall: optional; it changes its own process alone
# technique: a guest function that takes the code of a granted library function
# family: confused
# goal: code
# expect: contained
import re, sys, typing, types
code = sys.modules['re._compiler'].compile.__code__
def f(p, flags=0): pass
for attempt in (lambda: setattr(f, '__code__', code),
                lambda: types.FunctionType.__dict__['__code__'].__set__(f, code),
                lambda: types.FunctionType(code, {}),
                lambda: exec(code, {}),
                lambda: eval(code, {}),
                lambda: object.__setattr__(f, '__code__', code),
                lambda: type(lambda: 0).__new__(types.FunctionType, code, {}),
                lambda: f.__setattr__('__code__', code),
                lambda: code.replace(co_flags=code.co_flags),
                lambda: types.CodeType(),
                lambda: type(code).__new__(type(code)),
                lambda: types.coroutine(types.MethodType(f, 1))):
    try:
        attempt()
    except Exception as error:
        print(repr(error)[:70])
        continue
    if f.__code__ is code:
        print('ESCAPED: a granted code object runs elsewhere')
