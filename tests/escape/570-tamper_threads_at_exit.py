# escape: 570
# technique: threads, atexit and finalizers that answer when everything is over
# family: tamper
# goal: tamper-result
# check: grader
# host-must-report: FAIL; nothing runs when nobody has asked, and what comes then is nobody's
# first-seen: this project
import atexit, threading, weakref
from immure import gateway
def late(*ignored):
    for _ in range(3):
        try: gateway.exchange("next", b'{"value": true, "out": ""}')
        except BaseException: pass
class C:
    __del__ = late
kept = C(); kept.me = kept
atexit.register(late)
weakref.finalize(kept, late)
try: threading.Thread(target=late).start()
except Exception: pass
def solve(n):
    C()
    return 0
