# escape: 182
# policy-wall: optional; it changes its own process alone
# technique: compile() of trees with positions, names and constants that no source has
# family: memory
# goal: memory
# expect: contained
import ast, sys
def attempt(make):
    try:
        code = compile(ast.fix_missing_locations(make()), 'x', 'exec')
        list(code.co_positions()), list(code.co_lines())
        exec(code, {})
    except BaseException as error:
        print(repr(error)[:70])
def moved(source, **fields):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for k, v in fields.items():
            if k in getattr(node, '_attributes', ()):
                setattr(node, k, v)
    return tree
for v in (-1, -5, 0, 2**31 - 1, -2**31, 2**31 - 2):
    for k in ('lineno', 'col_offset', 'end_lineno', 'end_col_offset'):
        attempt(lambda: moved('x = [y for y in range(3)]\ntry:\n  1/0\nexcept ZeroDivisionError: pass\n', **{k: v}))
N = ast.Name('x', ast.Load())
attempt(lambda: ast.Module([ast.Expr(ast.FormattedValue(N, 99, None))], []))
attempt(lambda: ast.Module([ast.Expr(ast.JoinedStr([N, N]))], []))
attempt(lambda: ast.Module([ast.Expr(ast.Starred(N, ast.Load()))], []))
attempt(lambda: ast.Module([ast.Match(N, [ast.match_case(ast.MatchStar('q'), None, [ast.Pass()])])], []))
attempt(lambda: ast.Module([ast.Match(N, [ast.match_case(ast.MatchMapping([N], [], 'None'), None, [ast.Pass()])])], []))
attempt(lambda: ast.Module([ast.Assign([ast.Name('None', ast.Store())], ast.Constant(1))], []))
attempt(lambda: ast.Module([ast.Return(ast.Constant(1)), ast.Break(), ast.Continue()], []))
attempt(lambda: ast.Module([ast.Expr(ast.Yield(ast.Await(N)))], []))
attempt(lambda: ast.Module([ast.TryStar([], [], [], [])], []))
attempt(lambda: ast.Module([ast.Delete([ast.Tuple([], ast.Del())])], []))
attempt(lambda: ast.Module([ast.Expr(ast.NamedExpr(ast.Name('__debug__', ast.Store()), N))], []))
print('done')
