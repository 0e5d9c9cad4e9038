# escape: 163
# technique: finalizers, generators and atexit functions that call posix while the interpreter ends
# family: hooks
# goal: re-enable
# expect: contained
import atexit, sys, builtins
class Late:
    def __init__(self, kind):
        self.kind, self.os, self.print = kind, sys.modules['posix'], print
    def __del__(self):
        for name, args in (('listdir', ('/etc',)), ('stat', ('/etc',)), ('system', ('echo ESCAPED: late',)), ('fork', ())):
            try:
                got = getattr(self.os, name)(*args)
            except BaseException:
                continue
            self.print('ESCAPED:', self.kind, name, got)
keep = Late('module')
sys.late = Late('sys')
builtins.late = Late('builtins')
def gen(posix=sys.modules['posix'], print=print):
    try:
        yield
    finally:
        try:
            print('ESCAPED: generator', posix.listdir('/etc'))
        except BaseException:
            pass
g = gen()
next(g)
cycle = [g]
cycle.append(cycle)
atexit.register(Late('atexit').__del__)
