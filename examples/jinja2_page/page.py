"""A page from a template that was given as a file."""
import jinja2

env = jinja2.Environment(
    loader=jinja2.FunctionLoader(lambda name: open(name).read()),
    autoescape=True, undefined=jinja2.StrictUndefined)
template = env.get_template("page.html")
print(template.render(title="Bill <7>", items=[
    {"name": "tea & milk", "cents": 320}, {"name": "bread", "cents": 199}]))

try:
    env.from_string("line one\n{{ nobody.name }}").render()
except jinja2.UndefinedError as error:
    print("undefined:", error)
try:
    env.from_string("{% for x in %}")
except jinja2.TemplateSyntaxError as error:
    print("line %d: %s" % (error.lineno, error.message))
