# escape: 423
# policy-wall: optional; it changes its own process alone
# gate: sound
# technique: compile() of a tree in which the target of := is no name: the symbol table takes any node for one, a constant for its type
# family: memory
# goal: memory
# expect: contained
import ast
def attempt(target, source='[(a := 1) for x in y]', build=None):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.NamedExpr):
            node.target = target
    try:
        code = compile(ast.fix_missing_locations(tree), 'x', 'exec')
    except (ValueError, TypeError, SyntaxError, SystemError) as error:
        return print(repr(error)[:60])
    exec(code, {'y': [1], 'f': lambda: 1})
    print('ESCAPED: compiled', ast.dump(target)[:60])
one = ast.Constant(b'A' * 1000)
attempt(ast.Attribute(one, 'q', ast.Store()))
attempt(ast.Subscript(one, one, ast.Store()))
attempt(ast.Starred(one, ast.Store()))
attempt(ast.Tuple([one], ast.Store()))
attempt(ast.Call(ast.Name('f', ast.Load()), [], []), 'for i in range(5000): (a := 1)')
attempt(ast.Name('f', ast.Load()), 'for i in range(5000): (a := 1)')
class Changes(ast.NamedExpr):
    asked = 0
    @property
    def target(self):
        Changes.asked += 1
        return ast.Name('a', ast.Store()) if Changes.asked < 2 else ast.Attribute(one, 'q', ast.Store())
tree = ast.parse('[x for x in y]')
tree.body[0].value.elt = Changes(value=one)
try:
    compile(ast.fix_missing_locations(tree), 'x', 'exec')
except (ValueError, TypeError, SyntaxError, SystemError) as error:
    print(repr(error)[:60])
class Lies:
    asked = 0
    id, ctx, _fields, _attributes = 'a', ast.Store(), ('id', 'ctx'), ()
    lineno = col_offset = end_lineno = end_col_offset = 1
    @property
    def __class__(self):
        return ast.Name
attempt(Lies())
print('done')
