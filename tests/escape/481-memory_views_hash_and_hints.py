# escape: 481
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: a view released by the __hash__ of what it shows; a bytearray extended by an iterator that claims to be empty
# family: memory
# goal: memory
# expect: contained
import array
hold, hashes = [], set()
class Shown(array.array):
    def __hash__(self):
        try:
            view.release()
            del self[:]
        except BufferError as error:
            print(error)
        hold.extend(bytearray(b'B' * 4000) for _ in range(20))
        return 1
for _ in range(10):
    shown = Shown('B', b'A' * 4000)
    view = memoryview(shown).toreadonly()
    del shown
    hashes.add(hash(view))
if hashes != {hash(b'A' * 4000)}:
    print('ESCAPED: the hash of what was freed')
class Claims:
    def __init__(self):
        self.rest = [49, 50]
    def __iter__(self):
        return self
    def __next__(self):
        if not self.rest:
            raise StopIteration
        return self.rest.pop(0)
    def __length_hint__(self):
        return 0
data = bytearray()
data.extend(Claims())
assert data == b'12'
try:
    print('ESCAPED: nothing is', float(bytearray()))
except ValueError:
    pass
data = bytearray(b'x')
data.extend(map(int, '12'))
assert data == b'x\x01\x02'
print('done')
