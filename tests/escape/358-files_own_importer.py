# escape: 358
# technique: a module of the guest's under the name of a refused one, compiled code beside it, and a spec that lies
# family: files
# goal: exec
# expect: contained
import os, sys
open('ctypes.py', 'w').write('import os\nX = 1\n')
open('posix.py', 'w').write('system = lambda c: 0\n')
os.mkdir('__pycache__')
for tag in ('cpython-311',):
    open('__pycache__/helper.%s.pyc' % tag, 'wb').write(b'\xa7\r\r\n' + bytes(12) + b'\xe3' + bytes(50))
open('helper.py', 'w').write('Y = 2\n'); open('only.pyc', 'wb').write(b'\xa7\r\r\n' + bytes(12)); open('_ctypes.so', 'wb').write(b'\x7fELF')
import ctypes, helper
print(ctypes.X, helper.Y)
for name in ('only', '_ctypes', 'posix'):
    try:
        module = __import__(name)
        if hasattr(module, 'fork'):
            print('ESCAPED:', name)
    except ImportError as error:
        print(type(error).__name__)
try:
    ctypes.os.system('echo ESCAPED: a shell')
except OSError as error:
    print(error.errno)
