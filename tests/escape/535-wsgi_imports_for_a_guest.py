# escape: 535
# gate: sound
# technique: the library's half of immure app is asked to do in its own name what the guest may not: import, call, take what is not bytes
# family: confused
# goal: host
# expect: contained
import sys
from immure import wsgi

def outcome(attempt):
    try:
        return attempt()
    except Exception:
        return None

names = [getattr(wsgi, name) for name in dir(wsgi)]
entries = ("posix:system", "_posixsubprocess:fork_exec", "_pyio:open", "ctypes:CDLL", "subprocess:run")
for call in filter(callable, names):
    for entry in entries:
        outcome(lambda: call(entry))
for module in ("ctypes", "_ctypes", "_posixsubprocess"):
    if type(sys.modules.get(module)).__name__ == "module" and hasattr(sys.modules[module], "CDLL"):
        print("ESCAPED:", module)
serve = wsgi.server(lambda environ, start: sys.modules["os"].system("echo ESC" "APED: sh"))
outcome(lambda: serve(b"E\0\0\0\0"))
outcome(lambda: serve(b"M\xff\xff\xff\xffREQUEST_METHOD\0GET"))
print("over")
