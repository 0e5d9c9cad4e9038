# escape: 164
# technique: tracebacks of code named like a host file, through each printer there is
# family: hooks
# goal: read-file
# expect: contained
import io, sys, traceback, warnings, logging
name = '/etc/passwd'
code = compile('\n1/0\n', name, 'exec')
out = io.StringIO()
sys.stderr = out
t = sys.modules['_thread']
w = sys.modules['_warnings']
def run(f):
    try:
        f()
    except BaseException as error:
        out.write(repr(error)[:80] + '\n')
try:
    exec(code)
except ZeroDivisionError as e:
    error = e
run(lambda: sys.excepthook(type(error), error, error.__traceback__))
run(lambda: t._excepthook(t._ExceptHookArgs((type(error), error, error.__traceback__, None))))
run(lambda: traceback.print_exception(error))
run(lambda: w.warn_explicit('x', UserWarning, name, 1))
run(lambda: warnings.warn_explicit('x', UserWarning, name, 1, source=object()))
run(lambda: logging.exception('x', exc_info=error))
run(lambda: exec(compile('class C:\n  def __del__(s): 1/0\nC()', name, 'exec')))
try:
    compile('\n\na b', name, 'exec')
except SyntaxError as e:
    e.text = None
    run(lambda: traceback.print_exception(e))
    run(lambda: t._excepthook(t._ExceptHookArgs((type(e), e, None, None))))
sys.stderr = sys.__stderr__
text = out.getvalue()
print(len(text))
if 'root:x:' in text or 'daemon:' in text:
    print('ESCAPED: lines of', name)
