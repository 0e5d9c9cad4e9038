# escape: 429
# technique: the module that makes further interpreters, by each way to a module
# family: interp
# goal: import
# expect: contained
# max-python: 3.12
# first-seen: variation (PEP 554)
import importlib, sys
name = '_xxsubinterpreters'
def by_spec():
    spec = importlib.util.find_spec(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
def by_imp():
    spec = importlib.machinery.ModuleSpec(name, None)
    return sys.modules['_imp'].create_builtin(spec)
import importlib.util, importlib.machinery
for attempt in (lambda: __import__(name), lambda: importlib.import_module(name), lambda: sys.modules[name], by_spec, by_imp):
    try: module = attempt()
    except BaseException as error: print(repr(error)[:80]); continue
    if hasattr(module, 'create'): print('ESCAPED: there is', module)
