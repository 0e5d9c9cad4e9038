# escape: 019
# technique: doctest executes examples in a docstring
# family: deval
# goal: exec
# first-seen: smolagents (doctest.inspect.os); variation
import doctest
g = {'r': []}
t = doctest.DocTestParser().get_doctest(">>> r.append(__import__('os').popen('echo dt').read())\n", g, 't', None, 0)
doctest.DocTestRunner().run(t, clear_globs=False)
if g['r'] == ['dt\n']: print('ESCAPED:doctest')
