# escape: 236
# policy-wall: optional; it changes its own process alone
# technique: zoneinfo._common.load_data replaced: tuples of other lengths than ZoneInfo believes
# family: memory
# goal: memory
# expect: contained
import io, zoneinfo
def load_data(file):
    return ((0,), tuple(range(400)), (0,), (0,), ('UTC',), b'')
zoneinfo._common.load_data = load_data
try:
    zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(b''), 'x')
    print('made', zone)
except (TypeError, ValueError, IndexError, OverflowError) as error:
    print(repr(error))
