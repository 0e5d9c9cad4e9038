# escape: 424
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: compile() of a tree with an except* that has no type: the code takes one more from the stack than there is
# family: memory
# goal: memory
# expect: contained
import ast
for source in ('try:\n f()\nexcept* A: g()', 'try:\n f()\nexcept* A as e: g()\nexcept* B: pass', 'for i in range(300):\n try:\n  f()\n except* A: pass'):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            node.type = None
    def f():
        raise ValueError('x')
    try:
        code = compile(tree, 'x', 'exec')
        exec(code, {'f': f, 'g': lambda: 1, 'A': ValueError, 'B': KeyError})
    except BaseException as error:
        print(repr(error)[:60])
    else:
        print('ESCAPED: compiled')
print('done')
