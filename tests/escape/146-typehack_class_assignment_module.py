# escape: 146
# technique: module.__class__ assignment: guest ModuleType subclass intercepts host attribute reads
# family: typehack
# policy: optional
# goal: tamper-result
# first-seen: Srdnlen CTF 2025 SSPJ; PEP 562
import json, types
class M(types.ModuleType):
    @property
    def escape(s): return 'hooked'
json.__class__ = M
import json as j2
if j2.escape == 'hooked': print('ESCAPED:module class replaced')
