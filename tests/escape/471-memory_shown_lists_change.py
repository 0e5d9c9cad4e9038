# escape: 471
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: repr() of a list and of a namespace whose items are freed by what they show
# family: memory
# goal: memory
# expect: contained
import types
hold = []
def fill():
    hold.extend(bytearray(b'q' * n) for n in (1, 9, 25, 40) for _ in range(40))
    hold.extend([1] for _ in range(60))
class Shows:
    def __repr__(self):
        change()
        fill()
        return 'shown'
def parts():
    return slice(Shows(), [7, [8]], {'a': [9]})
texts = set()
for _ in range(20):
    items = [parts()]
    change = items.clear
    texts.add(repr(items))
    space = types.SimpleNamespace(x=parts(), y=1)
    def change():
        space.x = space.y = None
    texts.add(repr(space))
    space = types.SimpleNamespace(x=Shows())
    def change():
        space.y = parts()
        space.y = parts()
    space.y = 1
    texts.add(repr(space))
if any('[7, [8]]' not in text for text in texts):
    print('ESCAPED: shown was', [text for text in texts if '[7, [8]]' not in text])
print('done')
