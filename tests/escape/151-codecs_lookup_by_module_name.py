# escape: 151
# technique: codecs.lookup of names that are modules, paths and packages
# family: codecs
# goal: import
# expect: contained
import codecs, encodings, sys
for name in ('ctypes', '..os', 'os', '../../etc/passwd', 'encodings.os', '_imp', 'posix', 'mbcs', 'oem', 'x.y', 'idna', 'undefined', '\x00', 'a' * 9999, 'cp1252\udc80'):
    try:
        print(name[:20], codecs.lookup(name))
    except (LookupError, ValueError) as error:
        print(repr(error)[:60])
got = []
real = encodings._import_tail if hasattr(encodings, '_import_tail') else None
import types
fake = types.ModuleType('encodings.posix')
fake.getregentry = lambda: got.append(1)
sys.modules['encodings.posix'] = fake
encodings._aliases['immure_x'] = 'posix'
encodings._cache.clear()
for name in ('immure_x', 'posix'):
    try:
        codecs.lookup(name)
    except (LookupError, TypeError) as error:
        print(repr(error)[:60])
encodings.__import__ = lambda name, *a, **k: sys.modules.get(name.rpartition('.')[2])
try:
    codecs.lookup('marshal')
except LookupError as error:
    print(error)
for name in ('marshal', '_imp', '_posixsubprocess'):
    m = sys.modules.get(name)
    if m is not None:
        for f in ('loads', 'load_dynamic', 'create_dynamic', 'create_builtin', 'fork_exec'):
            try:
                print('ESCAPED:', getattr(m, f)(b'i\1\0\0\0'))
            except Exception as error:
                print(repr(error)[:50])
