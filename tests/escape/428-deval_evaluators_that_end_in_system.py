# escape: 428
# policy-wall: optional; a child is a process of its own, and the wall has none
# technique: names and strings that the library resolves or runs, down to os.system
# family: deval
# goal: exec
# expect: contained
# first-seen: confused deputy; variation
import doctest, inspect, logging.config, pkgutil, timeit, typing
seen = []
call = "__import__('__main__').seen.append(__import__('os').system('echo ESCAPED: %s'))"

def by_annotations():
    def f(x: call % 'get_annotations'): pass
    inspect.get_annotations(f, eval_str=True)
def by_dict_config():
    logging.config.dictConfig({'version': 1, 'handlers': {'h': {'()': 'os.system', 'command': 'echo ESCAPED: dictConfig'}}})
def by_doctest():
    doctest.run_docstring_examples('>>> ' + call % 'doctest' + '\n', {})
def by_file_config():
    import configparser
    c = configparser.ConfigParser()
    c.read_string('[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n[handler_h]\nclass=os.system\nargs=("echo ESCAPED: fileConfig",)\n')
    logging.config.fileConfig(c)
def by_hints():
    def f(x: call % 'get_type_hints'): pass
    typing.get_type_hints(f)
def by_name(): seen.append(pkgutil.resolve_name('os:system')('echo ESCAPED: resolve_name'))
def by_pydoc():
    import pydoc
    pydoc.locate('os.system')('echo ESCAPED: pydoc')
def by_mock():
    import unittest.mock as mock
    with mock.patch('os.name', 'x', create=True): pass
    mock._importer('os').system('echo ESCAPED: mock')
def by_timeit(): timeit.timeit(call % 'timeit', number=1)
for attempt in (by_annotations, by_dict_config, by_doctest, by_file_config, by_hints, by_name, by_pydoc, by_mock, by_timeit):
    try: attempt()
    except Exception as error: print(attempt.__name__, repr(error)[:80])
    if seen: print('ESCAPED:', attempt.__name__, 'ended with status', seen.pop())
