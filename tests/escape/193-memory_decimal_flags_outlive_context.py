# escape: 193
# policy-wall: optional; it changes its own process alone
# technique: decimal.Context.flags after the context is gone
# family: memory
# goal: memory
# expect: contained
import decimal
context = decimal.Context()
flags = context.flags
size = context.__sizeof__()
del context
near = []
for n in range(40, 400, 8):
    near += [bytes(bytearray(n)) for _ in range(40)]
before = list(near)
flags[decimal.Inexact] = True
flags[decimal.Overflow] = True
if any(any(b) for b in near):
    print('ESCAPED: bits set in an immutable bytes object')
