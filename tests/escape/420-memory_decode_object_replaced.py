# escape: 420
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: codecs.charmap_decode goes on in the object that an error handler gave the exception, which the mapping then takes away
# family: memory
# goal: memory
# expect: contained
import codecs
SIZE, hold, seen, kept = 5000, [], set(), []
def handler(error):
    kept.append(error)
    if len(kept) > 5:
        raise ValueError
    error.object = b'A' * SIZE
    return '', 0
codecs.register_error('immure-420', handler)
class Mapping:
    def __getitem__(self, key):
        if not kept:
            raise LookupError
        if kept[-1].object:
            kept[-1].object = b''
            hold.extend(b'B' * SIZE for _ in range(30))
        seen.add(key)
        if len(kept) > 3:
            raise ValueError
        return 'x'
try:
    codecs.charmap_decode(b'C' * SIZE, 'immure-420', Mapping())
except ValueError:
    pass
except RecursionError:
    pass
except BaseException as error:
    print(repr(error)[:60])
if seen - {65, 67}:
    print('ESCAPED: it decodes what was freed', seen)
print('done')
