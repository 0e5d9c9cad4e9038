import gc
import weakref


class C:
    pass


c = C()
seen = []
r = weakref.ref(c, seen.append)
d = weakref.WeakValueDictionary(a=c)
k = weakref.WeakKeyDictionary({c: 1})
s = weakref.WeakSet([c])
weakref.finalize(c, seen.append, "final")
assert r() is c and d["a"] is c and len(s) == 1
del c
gc.collect()
assert r() is None and "a" not in d and not k and len(seen) == 2
