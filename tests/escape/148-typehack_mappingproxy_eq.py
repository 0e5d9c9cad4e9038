# escape: 148
# policy-wall: optional; it rewrites its own process, which the wall takes as broken
# technique: comparing a mappingproxy hands the raw type dict to a guest __eq__: static types become writable
# family: typehack
# goal: tamper-result
# first-seen: Lib/test/crashers/underlying_dict.py; bpo-43838
class E:
    def __eq__(s, o): s.d = o; return True
e = E(); str.__dict__ == e
e.d['escape_attr'] = 'patched'
import sys
sys._clear_type_cache() if hasattr(sys, '_clear_type_cache') else None
if ''.escape_attr == 'patched': print('ESCAPED:str type dict')
del e.d['escape_attr']
