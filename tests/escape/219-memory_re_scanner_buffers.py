# escape: 219
# policy-wall: optional; it changes its own process alone
# technique: patterns over buffers that their own callbacks resize
# family: memory
# goal: memory
# expect: contained
import re
ba = bytearray(b'abc' * 1000)
def repl(m):
    try:
        ba.clear()
    except BufferError:
        pass
    hold.append(m)
    return b'x'
hold = []
print(len(re.sub(b'b', repl, ba)))
for m in hold[:5]:
    m.group(), m.expand(rb'\g<0>')
try:
    ba.clear()
except BufferError as error:
    print(error)
it = re.finditer(b'b', ba := bytearray(b'abc' * 1000))
m = next(it)
try:
    ba.clear()
    print(m.group(), list(it)[:2])
except (BufferError, IndexError, ValueError) as error:
    print(error)
