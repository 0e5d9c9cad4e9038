# escape: 191
# policy-wall: optional; it changes its own process alone
# technique: codecs' own error handlers with exceptions whose start and end make no sense
# family: memory
# goal: memory
# expect: contained
import codecs
from itertools import product
names = ('replace', 'ignore', 'backslashreplace', 'xmlcharrefreplace',
         'namereplace', 'surrogatepass', 'surrogateescape')
for name, start, end in product(names, (-5, 0, 1, 3, 1 << 40), (-9, 0, 1, 9, 1 << 40)):
    handler = codecs.lookup_error(name)
    for error in (UnicodeEncodeError('utf-8', '', start, end, 'r'),
                  UnicodeEncodeError('utf-8', '\udc80b', start, end, 'r'),
                  UnicodeDecodeError('utf-8', b'', start, end, 'r'),
                  UnicodeDecodeError('utf-8', b'\x80b', start, end, 'r'),
                  UnicodeTranslateError('', start, end, 'r')):
        try:
            got = handler(error)
        except (UnicodeError, TypeError, SystemError, OverflowError, MemoryError, ValueError):
            continue
        if len(got[0]) > 200:
            print('ESCAPED:', name, start, end, len(got[0]))
print('done')
