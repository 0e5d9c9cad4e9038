# escape: 172
# technique: the jail's exceptions with odd state, raised and re-initialised
# family: jail
# goal: claims
# expect: contained
import immure
class Str(str):
    def __str__(self):
        raise ValueError
for kind in (immure.JailError, immure.JailDenied, immure.JailAttribute, immure.JailImport):
    e = kind.__new__(kind)
    for call in (lambda: str(e), lambda: repr(e), lambda: e.__init__(Str('x'), 2, 3, 4, 5), lambda: e.__reduce__(),
                 lambda: e.__setstate__({'what': Str('a'), 'errno': object(), '__traceback__': None}),
                 lambda: kind.__setattr__(e, 'errno', 5), lambda: setattr(kind, 'fix', 1), lambda: str(e)):
        try:
            call()
        except Exception as error:
            print(repr(error)[:50])
try:
    open('/etc/hostname')
except Exception as error:
    print(type(error))
