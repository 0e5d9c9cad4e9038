# escape: 426
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: re._compiler.compile of a parsed pattern with operations that are equal to LITERAL and are others, and of an object that only looks like one
# family: memory
# goal: memory
# expect: contained
import re, sys
compiler, parser = sys.modules['re._compiler'], sys.modules['re._parser']
class Word(type(compiler.LITERAL)):
    def __eq__(self, other):
        return True
    def __hash__(self):
        return hash(compiler.LITERAL)
def word(name):
    return Word(int(getattr(compiler, name)), name)
class State:
    asked = 0
    flags, groupdict, grouprefpos = 32, {}, {}
    @property
    def groups(self):
        State.asked += 1
        return 1 if State.asked == 1 else 60
def attempt(change):
    pattern = parser.parse('(a)b')
    change(pattern)
    try:
        pattern = compiler.compile(pattern)
    except (RuntimeError, ValueError, TypeError, IndexError, re.error) as error:
        return print(repr(error)[:60])
    near = [bytearray(b'A' * 15) for _ in range(2000)]
    del near[::7]
    for _ in range(5):
        match = pattern.search('ab' * 40)
    if any(b != b'A' * 15 for b in near):
        print('ESCAPED: the matcher wrote into another object')
attempt(lambda p: p.data.extend([(word('MARK'), 2), (word('MARK'), 3)]))
attempt(lambda p: p.data.insert(0, (word('MARK'), 3)))
attempt(lambda p: p.data.append((word('IN'), 0)))
attempt(lambda p: p.data.append((word('INFO'), 400)))
attempt(lambda p: p.data.append((word('JUMP'), 1 << 30)))
attempt(lambda p: setattr(p, 'state', State()))
print('done')
