# escape: 177
# technique: FileFinder and SourceFileLoader with helpers of the guest's own
# family: loaders
# goal: read-file
# expect: contained
import sys, io
x = sys.modules['_frozen_importlib_external']
posix = vars(x)['_os']
print(posix)
for name, args in (('stat', ('/etc',)), ('listdir', ('/etc',)), ('open', ('/etc/passwd', 0)), ('replace', ('/a', '/b')), ('unlink', ('/tmp/escape-none',))):
    try:
        print('ESCAPED:', name, getattr(posix, name)(*args))
    except Exception as error:
        print(name, repr(error)[:50])
