# escape: 583
# min-python: 3.13
# technique: functions of posix that classes of glob and pathlib hold as static methods, not by a module's name
# family: io
# goal: read-file
# expect: contained
import glob, os, pathlib
for attempt in (lambda: list(glob._StringGlobber.scandir('/etc')), lambda: glob._StringGlobber.lstat('/etc/passwd'),
                lambda: glob.glob('/etc/pass*'), lambda: list(pathlib.Path('/etc').glob('pass*')),
                lambda: [found for found in pathlib.Path('/').walk() if 'etc' in found[1]],
                lambda: pathlib.Path('/etc/passwd').read_text(), lambda: pathlib.Path.from_uri('file:///etc/passwd').read_text(),
                lambda: [c.scandir('/etc') for c in glob._Globber.__subclasses__()][0]):
    try:
        found = attempt()
        if found:
            print('ESCAPED:', found)
    except Exception as error:
        print(repr(error)[:80])
