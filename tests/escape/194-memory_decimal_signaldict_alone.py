# escape: 194
# policy-wall: optional; it changes its own process alone
# technique: repr and items of a SignalDict that belongs to no context
# family: memory
# goal: memory
# expect: contained
import decimal
kind = type(decimal.Context().flags)
d = kind.__new__(kind)
for call in (lambda: len(d), lambda: d[decimal.Inexact], lambda: d == d, lambda: d.copy(), lambda: d.__init__(), lambda: repr(d)):
    try:
        print(call())
    except Exception as error:
        print(repr(error))
