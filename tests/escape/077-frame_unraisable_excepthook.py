# escape: 077
# technique: sys.unraisablehook / excepthook / threading.excepthook get live exceptions of host code
# family: frame
# goal: frame
# first-seen: variation
import sys, threading
got = []
threading.excepthook = got.append
t = threading.Thread(target=int, args=('z',)); t.start(); t.join()
tb = got[0].exc_traceback
s = tb.tb_frame.f_globals['_sys'] if '_sys' in tb.tb_frame.f_globals else tb.tb_frame.f_globals['__builtins__']
if s.modules['os'].popen('echo th').read() == 'th\n': print('ESCAPED:threading.excepthook frame')
