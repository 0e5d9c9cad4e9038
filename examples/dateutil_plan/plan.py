"""Dates: read in any form, repeated by rule, in any time zone."""
from datetime import date, datetime

from dateutil import parser, tz
from dateutil.easter import easter
from dateutil.relativedelta import FR, relativedelta
from dateutil.rrule import MO, MONTHLY, rrule, rrulestr

for text in ("12 March 2020 5pm", "2020-03-12T17:00:00Z", "3/4/05"):
    print(parser.parse(text))
print(date(2020, 1, 31) + relativedelta(months=1),
      date(2020, 1, 1) + relativedelta(day=31, weekday=FR(-1)))
print([f"{day:%d %b}" for day in rrule(
    MONTHLY, byweekday=MO(1), count=3, dtstart=datetime(2024, 1, 1))])
print(list(rrulestr("FREQ=DAILY;COUNT=2", dtstart=datetime(2024, 2, 28))))
print(easter(2024))
paris = tz.gettz("Europe/Paris")
for month in (1, 7):
    print(datetime(2024, month, 1, 12, tzinfo=paris).astimezone(tz.UTC))
print(tz.resolve_imaginary(datetime(2024, 3, 31, 2, 30, tzinfo=paris)))
try:
    parser.parse("no date")
except parser.ParserError as error:
    print(error)
