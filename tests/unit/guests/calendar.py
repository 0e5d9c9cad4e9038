import calendar

assert calendar.isleap(2024) and not calendar.isleap(1900)
assert calendar.monthrange(2024, 2) == (3, 29)
assert "February 2024" in calendar.month(2024, 2)
assert calendar.timegm((1970, 1, 2, 0, 0, 0)) == 86400
assert calendar.day_name[0] == "Monday"
text = calendar.LocaleTextCalendar(locale=("C", None)).formatmonth(2024, 1)
assert "January" in text
