# escape: 237
# policy-wall: optional; it changes its own process alone
# technique: ZoneInfo subclass whose _weak_cache hands back a bytes object: one byte is stored into it
# family: memory
# goal: memory
# expect: contained
import zoneinfo
target = [bytes(200) for _ in range(3)]
class Cache(dict):
    def get(self, *args):
        return None
    def setdefault(self, key, value):
        return target[0]
class Zone(zoneinfo.ZoneInfo):
    pass
Zone._weak_cache = Cache()
try:
    Zone('UTC')
except Exception as error:
    print(repr(error))
if any(any(b) for b in target):
    print('ESCAPED: an immutable bytes object changed', target[0].strip(b'\0'))
