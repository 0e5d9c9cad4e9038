# escape: 179
# technique: _locale.setlocale(LC_ALL, "") takes the locale of the host's environment
# family: locale
# goal: info
# expect: contained
import sys
l = sys.modules['_locale']
l.setlocale(6, 'C')
try:
    got = l.setlocale(6, '')
except l.Error as error:
    got = 'C'
print(got, l.nl_langinfo(14), l.localeconv()['decimal_point'])
if got not in ('C', 'POSIX'):
    print('ESCAPED: the locale of the host:', got)
