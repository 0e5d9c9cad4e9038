# escape: 010
# technique: marshal.loads builds a code object from bytes, exec/FunctionType runs it
# family: bytecode
# goal: exec
# first-seen: HackTricks
import marshal
c = marshal.loads(marshal.dumps(compile("__import__('os').popen('echo ml').read()", 'x', 'eval')))
f = type(lambda: 0)(c, {})
if f() == 'ml\n': print('ESCAPED:marshal')
