# escape: 174
# technique: the lists of imports and of classes, changed after the jail closed
# family: jail
# goal: import
# expect: contained
import sys, builtins, importlib
boot = sys.modules.get('_immure_boot')
for name in ('_posixsubprocess', 'ctypes', '_ctypes', 'subprocess', '_socket', 'marshal', '_imp', 'posix'):
    class Name(str):
        n = 0
        def __eq__(self, other):
            return True
        def __hash__(self):
            return hash('json')
    for way in (lambda: __import__(name), lambda: __import__(Name(name)), lambda: importlib.import_module(name),
                lambda: importlib._bootstrap._find_and_load(name, __import__),
                lambda: importlib._bootstrap._load_unlocked(importlib.machinery.ModuleSpec(name, importlib.machinery.BuiltinImporter)),
                lambda: importlib.machinery.BuiltinImporter.load_module(name),
                lambda: importlib.util.module_from_spec(importlib.machinery.BuiltinImporter.find_spec(name)),
                lambda: importlib._bootstrap._builtin_from_name(name),
                lambda: importlib._bootstrap.FrozenImporter.find_spec(name),
                lambda: __import__('os', {'__package__': name}, {}, [name], 0).__dict__[name]):
        try:
            m = way()
        except BaseException as error:
            continue
        if name in ('posix', '_imp', 'marshal') or m is None:
            continue
        for f in ('fork_exec', 'dlopen', 'socket', 'CDLL', 'Popen'):
            if hasattr(m, f):
                try:
                    getattr(m, f)(None)
                except Exception as error:
                    if 'refused' not in str(error):
                        print('ESCAPED?', name, f, repr(error)[:60])
print('done')
