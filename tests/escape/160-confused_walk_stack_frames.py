# escape: 160
# policy-wall: optional; it changes its own process alone
# technique: frames yielded by traceback.walk_stack and walk_tb
# family: confused
# goal: frames
# expect: contained
import json, traceback
frames = []
class Hook(dict):
    # Called by the library, so that its frames are among those walked.
    def __call__(self, pairs):
        frames.extend(frame for frame, line in traceback.walk_stack(None))
        raise ValueError
try:
    json.loads('{"a": 1}', object_pairs_hook=Hook())
except ValueError as error:
    frames += [frame for frame, line in traceback.walk_tb(error.__traceback__)]
library = [frame for frame in frames if 'json' in frame.f_code.co_filename]
assert len(library) > 3
for frame in library:
    for name in ('f_globals', 'f_locals', 'f_builtins', 'f_trace'):
        try:
            value = getattr(frame, name)
        except AttributeError:
            continue
        print('ESCAPED:', name, type(value))
for frame in frames:
    try:
        frame.f_lineno = 1
        print('ESCAPED: jumped')
    except Exception as error:
        print(repr(error)[:60])
    try:
        frame.clear()
    except RuntimeError as error:
        print(error)
