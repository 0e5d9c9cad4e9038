# escape: 249
# policy-wall: optional; it changes its own process alone
# technique: _thread._local with odd arguments and destroyed in its own dict
# family: threads
# goal: memory
# expect: contained
import sys
t = sys.modules['_thread']
class L(t._local):
    def __init__(self, *a):
        self.x = a
        hold.append(self.__dict__)
        if len(hold) < 5:
            self.__class__(*a)
class D:
    def __del__(self):
        hold.append(getattr(l, 'x', None))
        try:
            l.x = D() if len(hold) < 50 else 1
        except NameError:
            pass
hold = []
l = L(D(), D())
l.x = D()
l.__dict__.clear()
l.__init__(D())
del l
for k in (t._local, type(t._local())):
    try:
        k(1)
    except TypeError as error:
        print(error)
try:
    t._localdummy()
except Exception as error:
    print(repr(error)[:50])
print('done')
