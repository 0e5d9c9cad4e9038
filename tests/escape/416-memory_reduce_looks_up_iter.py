# escape: 416
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: __reduce__ of an iterator looks iter up in builtins, where a key of the guest's class ends the iterator
# family: memory
# goal: memory
# expect: contained
import builtins
space, hold = vars(builtins), []
class Key(str):
    def __hash__(self):
        return hash(str(self.name))
    def __eq__(self, other):
        if Key.on:
            Key.on = False
            list(it)
            hold.extend([1] for _ in range(50))
            hold.extend(bytearray(b'q') for _ in range(50))
        return False
makes = (lambda: iter([7, 8, 9]), lambda: iter((7, 8, int('9'))), lambda: iter(bytearray(b'12')), lambda: iter('ab' + str(1)),
         lambda: iter('a\u1234' + str(1)), lambda: reversed([7, 8, 9]), lambda: iter(bytes([7, 8, 9])), lambda: iter(list[int]),
         lambda: iter(type('S', (), {'__getitem__': lambda s, i: [7, 8][i]})()), lambda: iter(lambda: 1, 1))
for name in ('iter', 'reversed'):
    key = Key(name)
    key.name = name
    value = space.pop(name)
    for make in makes:
        Key.on = False
        space[key], space[name] = 1, value
        it = make()
        Key.on = True
        try:
            got = it.__reduce__()
        except Exception as error:
            got = ()
        Key.on = False
        del space[key], space[name]
        if len(got) > 1 and got[1] in (([1],), (bytearray(b'q'),)):
            print('ESCAPED: the iterator is over', got[1])
    space[name] = value
print('done')
