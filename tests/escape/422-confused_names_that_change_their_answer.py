# escape: 422
# policy-wall: optional; it changes its own process alone
# technique: a key of the guest's own str class in linecache's globals: one answer for the granted extractor, another for the check of its names
# family: confused
# goal: frames
# expect: contained
import json, linecache, traceback
space, got = vars(linecache), []
class Key(str):
    asked = 0
    def __hash__(self):
        return hash('lazycache')
    def __eq__(self, other):
        Key.asked += 1
        return Key.asked % 2 == 1
rest = dict(space)
real = rest.pop('lazycache')
space.clear()
space[Key('lazycache')] = lambda name, names: got.append(names)
Key.asked = 1
space['lazycache'] = real
space.update(rest)
Key.asked = 0
def hook(pairs):
    raise ValueError
for _ in range(4):
    Key.asked += 1
    try:
        json.loads('{"a": 1}', object_hook=hook)
    except ValueError as error:
        try:
            traceback.extract_tb(error.__traceback__)
        except Exception as refused:
            print(repr(refused)[:70])
if any(g.get('__name__') == 'json.decoder' for g in got):
    print('ESCAPED: the globals of a frame of json.decoder')
