# escape: 402
# technique: code objects and functions of a module that came late: run them elsewhere, change them, read their globals
# family: late
# goal: code
# expect: contained
# policy-wall: optional; it changes its own process alone
import sys
load = vars(sys.modules['buil' + 'tins'])['__imp' + 'ort__']
late = load('text' + 'wrap') and load('co' + 'lorsys')
f = late.rgb_to_hls
run = vars(sys.modules['buil' + 'tins'])['ex' + 'ec']
def mine(r, g, b):
    return 'mine'
for what in (lambda: run(f.__code__, {}), lambda: setattr(f, '__code__', mine.__code__), lambda: setattr(mine, '__code__', f.__code__),
             lambda: f.__globals__['__builtins__'], lambda: type(f)(f.__code__, {}), lambda: f.__code__.replace(co_consts=()),
             lambda: setattr(f, '__defaults__', (1,)), lambda: f.__closure__.x, lambda: f.__builtins__['x']):
    try:
        print('ESCAPED:', what())
    except BaseException as e:
        print(type(e).__name__)
if late.rgb_to_hls(1, 0, 0) == 'mine':
    print('ESCAPED: a function of the library runs my code')
