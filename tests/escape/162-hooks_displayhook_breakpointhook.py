# escape: 162
# technique: sys hooks of C and of Python, with an importer of the guest's own
# family: hooks
# goal: import
# expect: contained
import sys, builtins, os
os.environ['PYTHONBREAKPOINT'] = 'posix.getcwd'
def attempt(f):
    try:
        got = f()
        if isinstance(got, str) and got.startswith('/') and got != '/job':
            print('ESCAPED:', got)
        print(repr(got)[:50])
    except BaseException as error:
        print(repr(error)[:70])
attempt(breakpoint)
attempt(sys.breakpointhook)
os.environ['PYTHONBREAKPOINT'] = 'posix.system'
attempt(lambda: breakpoint('echo ESCAPED: x'))
sys.modules['posix'].fake = 1
sys.displayhook = lambda v: None
attempt(lambda: sys.__displayhook__(5))
sys.stdout_real = sys.stdout
attempt(lambda: sys.__excepthook__(ValueError, ValueError('x'), None))
attempt(lambda: sys.__unraisablehook__(None))
attempt(lambda: sys.modules['_thread']._excepthook(None))
t = sys.modules['_thread']
attempt(lambda: t._excepthook(t._ExceptHookArgs((ValueError, ValueError('y'), None, None))))
