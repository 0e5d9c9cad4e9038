# escape: 178
# technique: each loader, finder and reader of importlib over host paths
# family: loaders
# goal: read-file
# expect: contained
import importlib, importlib.machinery as m, importlib.util as u, sys, pkgutil, importlib.resources, importlib.metadata
path = '/usr/lib/python3.11/json/__init__.py'
x = importlib._bootstrap_external if hasattr(importlib, '_bootstrap_external') else sys.modules['_frozen_importlib_external']
L = m.SourceFileLoader('json', path)
ways = [lambda: L.get_data(path), lambda: L.get_source('json'), lambda: L.get_code('json'), lambda: L.path_stats(path),
        lambda: L.load_module('json'), lambda: L.set_data('/tmp/escape-l', b'x'), lambda: L.get_resource_reader('json').contents(),
        lambda: list(m.FileFinder('/etc').path_mtime for _ in '1') and m.FileFinder('/etc').find_spec('x'),
        lambda: m.FileFinder('/etc')._fill_cache(), lambda: m.PathFinder.find_spec('json', ['/usr/lib/python3.11']),
        lambda: m.ExtensionFileLoader('_ctypes', '/usr/lib/python3.11/lib-dynload/_ctypes.so').create_module(m.ModuleSpec('_ctypes', None)),
        lambda: m.SourcelessFileLoader('x', '/etc/passwd').get_code('x'), lambda: u.spec_from_file_location('x', path).loader.exec_module(sys),
        lambda: x._path_stat('/etc/passwd'), lambda: x._path_isfile('/etc/passwd') and 1/0, lambda: x._write_atomic('/tmp/escape-l', b'x'),
        lambda: x.cache_from_source(path) and x._calc_mode(path) != 0o666 and 1/0 or 1/0,
        lambda: pkgutil.get_data('json', 'tool.py'), lambda: list(pkgutil.iter_modules(['/usr/lib/python3.11'])) or 1/0,
        lambda: list(pkgutil.walk_packages(['/usr/lib/python3.11'])) or 1/0,
        lambda: importlib.resources.files('json').joinpath('tool.py').read_text(), lambda: list(importlib.resources.contents('json')) or 1/0,
        lambda: list(importlib.metadata.Distribution.discover(path=['/usr/lib/python3/dist-packages'])) or 1/0,
        lambda: importlib.metadata.version('pip'), lambda: importlib.reload(sys.modules['json']),
        lambda: sys.modules['zipimport'].zipimporter('/usr/lib/x.zip')]
for n, way in enumerate(ways):
    try:
        got = way()
    except BaseException as error:
        print(n, repr(error)[:60])
        continue
    if got and n != 6:
        print('ESCAPED:', n, repr(got)[:60])
