# escape: 473
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: what cells and contexts hold is compared, and replaced by the comparison
# family: memory
# goal: memory
# expect: contained
import contextvars, types
hold, seen = [], set()
def fill():
    hold.extend(bytes(n) for n in range(1, 80) for _ in range(20))
class Left:
    def __lt__(self, other):
        one.cell_contents = None
        return NotImplemented
class Right:
    def __gt__(self, other):
        fill()
        seen.add(type(other))
        return True
for _ in range(5):
    one, other = types.CellType(Left()), types.CellType(Right())
    one < other
variables = [contextvars.ContextVar('v%d' % i) for i in range(40)]
class Equal:
    def __eq__(self, other):
        seen.add(type(other))
        for i in range(3):
            for context in (first, second):
                context.run(lambda: [v.set(i) for v in variables])
        fill()
        return True
def make():
    context = contextvars.Context()
    context.run(lambda: [v.set(Equal()) for v in variables])
    return context
for _ in range(5):
    first, second = make(), make()
    first == second
if seen - {Left, Equal, int}:
    print('ESCAPED: compared with', seen)
print('done')
