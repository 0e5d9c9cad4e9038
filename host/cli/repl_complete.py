# Asked of the session's guest, which may run its code (a property, say): the
# names that can end _given.  _space is the guest's __main__.
import builtins, keyword, re, sys
def _walk(path):
    first, *rest = path.split(".")
    value = _space[first] if first in _space else getattr(builtins, first)
    for name in rest:
        value = getattr(value, name)
    return value
def _candidates(before):
    word = re.search(r"[\w.]*$", before)[0]
    path, dot, stem = word.rpartition(".")
    if re.search(r"(^|[;:])\s*(import|from)\s+[\w.]*$", before):
        names = [name[len(path) + len(dot):].partition(".")[0]
                 for name in sys.modules if name.startswith(path + dot)]
    elif path:
        names = dir(_walk(path))
    else:
        names = [*_space, *dir(builtins), *keyword.kwlist]
    return sorted({name for name in names if type(name) is str
                   and name.startswith(stem)
                   and (stem or not name.startswith("_"))})
try:
    print("\n".join(_candidates(_given)[:500]), end="")
except Exception:
    pass
