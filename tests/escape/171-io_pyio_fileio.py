# escape: 171
# technique: _pyio.FileIO and _pyio.open, which call posix themselves
# family: io
# goal: read-file
# expect: contained
import sys, io
p = sys.modules['_pyio']
for f, args in ((p.open, ('/etc/passwd',)), (p.FileIO, ('/etc/passwd',)), (p.FileIO, (1, 'w')), (p.open, (0,)),
                (getattr(p, 'OpenWrapper', p.open), ('/etc/passwd',)), (p.open_code, ('/etc/passwd',)), (p._open_code_with_warning if hasattr(p, '_open_code_with_warning') else p.open, ('/etc/passwd',))):
    try:
        got = f(*args).read(10)
        print('ESCAPED:' if got else 'empty', f, got)
    except BaseException as error:
        print(repr(error)[:60])
for base in type.mro(io.BufferedReader) + io.IOBase.__subclasses__() + io.RawIOBase.__subclasses__():
    try:
        x = base.__new__(base)
        x.__init__('/etc/passwd')
        print('ESCAPED?' if 'root' in str(x.read()) else 'x', base)
    except BaseException as error:
        pass
