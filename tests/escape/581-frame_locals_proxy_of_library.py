# escape: 581
# min-python: 3.13
# technique: a FrameLocalsProxy made by hand over a frame of the library, which writes through (PEP 667)
# family: frame
# goal: host
# expect: contained
import json, sys
try:
    json.loads('{')
except ValueError as error:
    place = error.__traceback__
while place.tb_next:
    place = place.tb_next
frame = place.tb_frame
Proxy = (lambda: type(sys._getframe().f_locals))()
for make in (lambda: Proxy(frame), lambda: Proxy.__new__(Proxy, frame), lambda: object.__new__(Proxy),
             lambda: frame.f_locals, lambda: type(frame).f_locals.__get__(frame),
             lambda: Proxy.copy(frame), lambda: Proxy.__getitem__(frame, 's')):
    try:
        print('ESCAPED:', dict(make()))
    except Exception as error:
        print(repr(error)[:80])
