# escape: 255
# policy-wall: optional; it changes its own process alone
# technique: defaultdict whose factory, a partial of a C function, removes itself while it is called
# family: memory
# goal: memory
# expect: contained
import collections
import functools
import io
hold = []
class Text:
    def __str__(self):
        table.default_factory = None
        static.__init__(None)
        hold.extend([bytes(size) for size in range(8, 80, 8)
                     for _ in range(100)])
        return 'x'
for _ in range(100):
    out = io.StringIO()
    write = functools.partial(print, *(Text() for _ in range(8)), file=out)
    table = collections.defaultdict(write)
    static = staticmethod(write)
    del write
    table[1]
    out = io.StringIO()
    static = staticmethod(
        functools.partial(print, *(Text() for _ in range(8)), file=out))
    static()
    if out.getvalue() != 'x x x x x x x x\n':
        print('ESCAPED: other objects were printed:', out.getvalue())
print('done')
