# escape: 461
# policy-wall: optional; it changes its own process alone
# technique: setattr() as an exit function: a gate that asks who calls finds no Python frame
# family: noframe
# goal: tamper
# expect: contained
# first-seen: variation (caller check with frame == NULL)
import atexit, json
def look():
    for f in (json.dumps, json.load):
        if (f.__kwdefaults__ or {}).get('forged') or (f.__defaults__ or [0])[0] == 'forged':
            print('ESCAPED: defaults of', f.__name__)
atexit.register(look) # the last of all
atexit.register(setattr, json.dumps, '__kwdefaults__', {'forged': True})
atexit.register(type(look).__kwdefaults__.__set__, json.load, {'forged': True})
atexit.register(object.__setattr__, json.dumps, '__defaults__', ('forged',))
