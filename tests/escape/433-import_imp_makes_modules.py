# escape: 433
# policy-wall: optional; it looks at its own process alone
# technique: _imp makes a built-in or frozen module anew, whatever the list of modules says
# family: import
# goal: import
# expect: contained
# first-seen: jailctf/pyjailbreaker; variation
import importlib.machinery, importlib.util, sys
imp = sys.modules['_imp']
loaders = [c for c in object.__subclasses__() if c.__name__ in ('BuiltinImporter', 'FrozenImporter')]
for name in ('posix', 'marshal', 'faulthandler', '_signal', 'zipimport', '_jail', '_immure_boot'):
    spec = importlib.machinery.ModuleSpec(name, None)
    attempts = [lambda: imp.create_builtin(spec), lambda: imp.get_frozen_object(name), lambda: imp.init_frozen(name)]
    attempts += [lambda c=c: c.load_module(name) for c in loaders] + [lambda c=c: c.create_module(spec) for c in loaders]
    before = sys.modules.pop(name, None)
    for attempt in attempts:
        try: made = attempt()
        except BaseException as error: continue
        # An empty module of that name is nothing.
        if made is not None and made is not before and (not hasattr(made, '__dict__') or any(map(callable, vars(made).values()))): print('ESCAPED:', name, type(made))
    if before is not None: sys.modules[name] = before
