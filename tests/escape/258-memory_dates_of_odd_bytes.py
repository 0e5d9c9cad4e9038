# escape: 258
# policy-wall: optional; it changes its own process alone
# technique: date, datetime and time made of bytes that no pickle holds: names are read before their table
# family: memory
# goal: memory
# expect: contained
import datetime
import itertools
for kind, size in ((datetime.date, 4), (datetime.datetime, 10),
                   (datetime.time, 6)):
    for fill, month in itertools.product((0, 1, 127, 255), (1, 2, 12)):
        state = bytearray([fill] * size)
        if kind is not datetime.time:
            state[2] = month
        for made in (bytes(state), bytes(state).decode('latin-1')):
            try:
                thing = kind(made)
            except (ValueError, TypeError, UnicodeError):
                continue
            for name in ('ctime', 'isocalendar', 'timetuple', 'weekday',
                         'isoformat', '__repr__', '__hash__', 'timestamp'):
                try:
                    getattr(thing, name, str)()
                except (ValueError, OverflowError):
                    pass
for thing in (datetime.date(2024, 2, 29), datetime.datetime.max,
              datetime.time(23, 59, 59, 999999)):
    assert type(thing)(*thing.__reduce_ex__(4)[1]) == thing
print('done')
