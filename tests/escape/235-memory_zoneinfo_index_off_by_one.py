# escape: 235
# policy-wall: optional; it changes its own process alone
# technique: a TZif file whose transition index is one above the last type
# family: memory
# goal: memory
# expect: contained
import datetime, io, struct, zoneinfo
def block(v, times, size):
    head = b'TZif2' + bytes(15) + struct.pack('>6l', 0, 0, 0, len(times), 1, 4)
    body = b''.join(struct.pack('>q' if size == 8 else '>l', t) for t in times)
    return head + body + bytes([v] * len(times)) + struct.pack('>lbb', 0, 0, 0) + b'UTC\0'
data = block(0, [0], 4) + block(1, [0, 100], 8) + b'\nUTC0\n'
try:
    zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(data), 'x')
except (ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
    print(repr(error))
else:
    when = datetime.datetime(1970, 1, 1, 0, 0, 50, tzinfo=zone)
    got = when.utcoffset(), when.dst(), when.tzname()
    if got != (datetime.timedelta(0), datetime.timedelta(0), 'UTC'):
        print('ESCAPED: objects from beyond an array', got)
