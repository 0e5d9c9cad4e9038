# escape: 466
# policy-wall: optional; it changes its own process alone
# technique: trace and profile functions that see the library's frames and jump in them
# family: frame
# goal: code
# expect: contained
# first-seen: CTF (settrace); variation
import sys, textwrap, threading
seen = []
def look(frame, event, argument):
    if frame.f_code.co_filename != look.__code__.co_filename: seen.append(frame)
    return look
def set_f_trace():
    frame = sys._getframe()
    frame.f_trace = look
def by_bdb():
    import bdb
    bdb.Bdb().set_trace(sys._getframe())
for how in (lambda: sys.settrace(look), lambda: sys.setprofile(look), lambda: threading.settrace(look), lambda: threading.setprofile(look), set_f_trace, by_bdb):
    try:
        how()
        textwrap.dedent('\n x\n')
    except Exception as error: print(repr(error)[:80])
    for off in (sys.settrace, sys.setprofile):
        try: off(None)
        except Exception: pass
    if seen: print('ESCAPED: a frame of', seen[0].f_code.co_name)
    seen.clear()
