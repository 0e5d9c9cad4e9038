# escape: 460
# policy-wall: optional; a child is a process of its own, and the wall has none
# technique: functions of posix handed to the library as callbacks: the calling frame is the library's
# family: callback
# goal: exec
# expect: contained
# first-seen: confused deputy
import argparse, contextlib, copy, functools, sched, sys, unittest, weakref
from concurrent.futures import Future
from concurrent.futures.thread import _WorkItem
system = sys.modules['posix'].system
class Text(str): pass
class Case(unittest.TestCase):
    def runTest(self): self.addCleanup(system, 'echo ESCAPED: addCleanup')
def by_argparse():
    parser = argparse.ArgumentParser()
    parser.add_argument('x', type=system)
    return parser.parse_args(['echo ESCAPED: argparse']).x
def by_copy():
    copy._copy_dispatch[Text] = system
    return copy.copy(Text('echo ESCAPED: copy'))
def by_exit_stack():
    with contextlib.ExitStack() as stack: stack.callback(system, 'echo ESCAPED: ExitStack')
def by_finalize():
    return weakref.finalize(Case, system, 'echo ESCAPED: finalize')()
def by_sched():
    s = sched.scheduler()
    s.enter(0, 0, system, ('echo ESCAPED: sched',))
    s.run()
def by_singledispatch():
    f = functools.singledispatch(lambda x: None)
    f.register(str, system)
    return f('echo ESCAPED: singledispatch')
def by_work_item():
    future = Future()
    _WorkItem(future, system, ('echo ESCAPED: _WorkItem',), {}).run()
    return future.result()
def by_unittest():
    unittest.TextTestRunner().run(Case())
for attempt in (by_argparse, by_copy, by_exit_stack, by_finalize, by_sched, by_singledispatch, by_work_item, by_unittest):
    try: status = attempt()
    except (Exception, SystemExit) as error: print(attempt.__name__, repr(error)[:80])
    else:
        if isinstance(status, int): print('ESCAPED:', attempt.__name__, 'ended with status', status)
