# escape: 170
# technique: every callable named like an opener in every module
# family: io
# goal: read-file
# expect: contained
import sys, types
count = 0
names = ('open', 'open_code', 'FileIO', 'fdopen', 'openpty', 'scandir', 'listdir', 'stat', 'lstat', 'readlink', 'access', '_path_isdir', '_isdir', '_exists', 'memfd_create', 'eventfd', 'pipe', 'dup', 'uname', 'getlogin', 'gethostname', 'sysconf', 'get_terminal_size', 'getxattr', 'statvfs', 'umask', 'getuid', 'getpid', 'getpgid', 'kill')
argses = (('/etc/passwd',), ('/etc',), (1,), (), (0,), ('/etc/passwd', 0), ('/etc/passwd', 'rb'))
shim = {'/job', b'/job', 2, 1}
for mod in list(sys.modules.values()):
    for name, f in list(getattr(mod, '__dict__', {}).items()):
        if name not in names or not callable(f):
            continue
        for args in argses:
            try:
                got = f(*args)
            except BaseException as error:
                if isinstance(error, OSError) and type(error).__name__ in ('IsADirectoryError', 'NotADirectoryError', 'BlockingIOError', 'BadFileDescriptor'):
                    print(mod.__name__, name, args, repr(error)[:60])
                count += 1
                continue
            if type(got) in (bool, type(None)) or got in shim if type(got) in (int, str, bytes) else False:
                continue
            print('got', mod.__name__, name, args, repr(got)[:60])
            data = getattr(got, 'read', lambda: b'')
            try:
                text = data()
            except BaseException:
                continue
            if 'root' in str(text):
                print('ESCAPED:', mod.__name__, name)
print(count > 50)
