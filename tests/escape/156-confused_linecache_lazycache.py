# escape: 156
# policy-wall: optional; it changes its own process alone
# technique: linecache.lazycache replaced: the granted extractor hands it the globals of frames
# family: confused
# goal: frames
# expect: contained
import json, linecache, traceback
got = []
linecache.lazycache = lambda name, space: got.append(space)
def hook(d):
    raise ValueError
try:
    json.loads('{"a": 1}', object_hook=hook)
except ValueError as error:
    traceback.extract_tb(error.__traceback__)
other = [g for g in got if g.get('__name__') == 'json.decoder']
if other:
    print('ESCAPED: the real globals of json.decoder through traceback')
