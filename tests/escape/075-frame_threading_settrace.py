# escape: 075
# technique: threading.settrace/setprofile install the hook in other threads (host watchdog threads included)
# family: frame
# goal: frame
# first-seen: variation
import threading
got = []
def t(f, e, a):
    got.append(f); return None
threading.settrace(t)
x = threading.Thread(target=lambda: 0); x.start(); x.join()
threading.settrace(None)
o = [f.f_globals['_sys'] for f in got if '_sys' in f.f_globals]
if o and o[0].modules['os'].popen('echo tt').read() == 'tt\n': print('ESCAPED:threading.settrace')
