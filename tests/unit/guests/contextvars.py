import contextvars

var = contextvars.ContextVar("var", default=0)
token = var.set(1)
context = contextvars.copy_context()
var.reset(token)
assert var.get() == 0 and context[var] == 1
assert context.run(lambda: (var.set(5), var.get())[1]) == 5
assert context[var] == 5 and var.get() == 0
