# escape: 159
# policy-wall: optional; it changes its own process alone
# technique: traceback.FrameSummary replaced: the granted extractor hands it the locals of frames
# family: confused
# goal: frames
# expect: contained
import traceback, json, sys
got = []
def summary(*args, **kw):
    got.append(kw.get('locals'))
    return Line()
traceback.FrameSummary = summary
class Line:
    line = filename = name = 'x'
def hook(d):
    raise ValueError
try:
    json.loads('{"a": 1}', object_hook=hook)
except ValueError as error:
    traceback.StackSummary._extract_from_extended_frame_gen(
        ((f, (l, None, None, None)) for f, l in traceback.walk_tb(error.__traceback__)), capture_locals=True)
lib = [d for d in got if d and 'kw' in d or d and 'object_hook' in d]
if lib and type(lib[0]) is dict:
    print('ESCAPED: the real locals of a library frame', sorted(lib[0])[:5])
