# escape: 257
# policy-wall: optional; it changes its own process alone
# technique: functools.partial of print() whose argument sets the partial's state
# family: memory
# goal: memory
# expect: contained
import functools
import io
hold = []
class Text:
    def __str__(self):
        write.__setstate__((print, (), {}, {}))
        hold.extend([bytes(size) for size in range(8, 80, 8)
                     for _ in range(100)])
        return 'x'
for _ in range(100):
    out = io.StringIO()
    write = functools.partial(print, *(Text() for _ in range(8)), file=out)
    write()
    if out.getvalue() != 'x x x x x x x x\n':
        print('ESCAPED: other objects were printed:', out.getvalue())
print('done')
