# escape: 092
# technique: environment from os.environ / posix.environ
# family: info
# goal: env
# first-seen: folklore
import os, posix
v = os.environ.get('JAIL_CANARY') or posix.environ.get(b'JAIL_CANARY')
if v: print('ESCAPED:env', v)
