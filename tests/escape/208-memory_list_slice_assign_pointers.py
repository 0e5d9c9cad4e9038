# escape: 208
# policy-wall: optional; it changes its own process alone
# technique: list[::-1] = iterable that replaces the list's memory by a smaller one: pointers are stored outside
# family: memory
# goal: memory
# expect: contained
items = [None] * 200
near = []
class Evil:
    def __iter__(self):
        yield from [None] * 200
        items.clear()
        items.extend([None] * 4)
        near.extend([None] * 4 for _ in range(300))
try:
    items[::2] = [None] * 100
    items[::-1] = Evil()
except ValueError as error:
    print(error)
print(len(items), all(type(x) in (type(None),) for n in near for x in n))
