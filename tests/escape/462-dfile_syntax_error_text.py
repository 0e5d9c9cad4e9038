# escape: 462
# technique: a compiler's error in code named like a host file: C reads the line for SyntaxError.text
# family: dfile
# goal: read-file
# expect: contained
# first-seen: CPython PyErr_ProgramTextObject; variation
for source in ('return', 'def f():\n  nonlocal x', 'class C: yield from x', 'x: int = (yield)\n*a', 'from __future__ import nothing', 'break', 'a = b = *c', 'f() = 1', '"' + chr(92) + 'N{nobody}"', 'def f(a, a): 0', "x = '", '\tx\n        y'):
    for name in ('/etc/passwd', b'/etc/passwd'):
        try: compile(source, name, 'exec')
        except SyntaxError as error: text = str(error.text)
        except Exception as error: text = repr(error)
        else: text = ''
        if 'root:' in text: print('ESCAPED:', source[:10], text[:10])
