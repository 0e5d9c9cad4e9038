# escape: 207
# policy-wall: optional; it changes its own process alone
# technique: json.encoder.c_make_encoder over a dict whose items() list the key encoder clears
# family: memory
# goal: memory
# expect: contained
import json.encoder
items = []
hold = []
class D(dict):
    def items(self):
        items[:] = [('k%d' % i, ['v' * 50, i]) for i in range(20)]
        return items
def key(text):
    items.clear()
    hold.extend((b'A' * 16, b'B' * 16) for _ in range(500))
    return '"x"'
make = json.encoder.c_make_encoder
enc = make(None, repr, key, None, ':', ',', False, False, True)
for _ in range(20):
    try:
        out = enc(D(a=1), 0)
    except Exception as error:
        out = repr(error)
print(str(out)[:100])
