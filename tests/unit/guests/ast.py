import ast

tree = ast.parse("x = 1 + y\nprint(x)")
names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
assert names == {"x", "y", "print"}
assert ast.literal_eval("{'a': [1, 2.5, None]}") == {"a": [1, 2.5, None]}
assert ast.unparse(tree) == "x = 1 + y\nprint(x)"


class Double(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.Constant(node.value * 2), node)


code = ast.fix_missing_locations(Double().visit(ast.parse("r = 21")))
space = {}
exec(compile(code, "<ast>", "exec"), space)
assert space["r"] == 42
assert "Module(" in ast.dump(tree)
