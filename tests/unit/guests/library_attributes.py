# What modules out of the table in memory say of themselves is what importlib
# says of them: the test runs this here and in a plain interpreter.
import sys


def shown(value):
    return type(value).__name__ if " at 0x" in repr(value) else repr(value)


for name in ("json", "json.decoder", "collections", "collections.abc",
             "xml.etree.ElementTree", "email.message",
             "textwrap"):
    # 3.13 has collections.abc inside the interpreter, not in the table.
    if name == "collections.abc" and sys.version_info >= (3, 12):
        continue
    __import__(name)
    module = sys.modules[name]
    spec = module.__spec__
    print(name, sorted(n for n in vars(module) if n.startswith("__")))
    for attribute in ("__name__", "__package__", "__file__", "__cached__",
                      "__path__", "__loader__", "__doc__"):
        print(attribute, shown(getattr(module, attribute, None)))
    for attribute in ("name", "origin", "parent", "cached", "has_location",
                      "submodule_search_locations", "loader"):
        print("spec", attribute, shown(getattr(spec, attribute)))
