# escape: 405
# technique: names of modules that are not what they seem, for an importer that loads by name
# family: late
# goal: import
# expect: contained
# policy-wall: optional; it looks at its own process alone
import sys
load = vars(sys.modules['buil' + 'tins'])['__imp' + 'ort__']
class Name(str):
    count = 0
    def __eq__(self, other):
        Name.count += 1
        return Name.count % 2 == 0
    def __hash__(self):
        return hash('js' + 'on')
    def __str__(self):
        return 'subprocess'
inside = ('_jail', '_immure_boot', '_immure_patch', '_immure_files', '_immure_socket', 'immure_frozen')
names = [Name('json'), 'json\0', 'json\0.decoder', '\0', '.', '..', 'json.', '.json', 'json..decoder', 'xml..etree', 'a' * 100000, 'a.' * 5000 + 'a',
         '\udc80', 'js\u043en', 'JSON', 'json/decoder', '../json', 'encodings.', 'encodings.../x', '%s', '%n%n%n']
for name in names + list(inside):
    for level in (0, 1, 2, 1 << 40):
        for space in (None, {}, {'__package__': 'json'}, {'__package__': '_immure_boot'}, {'__name__': 'xml.etree', '__path__': []}):
            try:
                module = load(name, space, None, ('decoder', '*', 'etree'), level)
            except BaseException:
                continue
            real = getattr(module, '__name__', '')
            if real in inside or real == 'subprocess':
                print('ESCAPED:', repr(name[:40]), level, real)
