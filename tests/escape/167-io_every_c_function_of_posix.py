# escape: 167
# technique: every function of posix, by sys.modules, with plain arguments
# family: io
# goal: host
# expect: contained
import sys
posix = sys.modules['posix']
ok = []
quiet = {'_exit', 'abort', 'fork', 'forkpty', 'urandom'}
for name, f in sorted(vars(posix).items()):
    if not callable(f) or isinstance(f, type) or name in quiet:
        continue
    for args in ((), ('/etc',), (1,), (0, 0), ('/etc/passwd', 0), ('A', 'B'), (1, b'ESCAPED: posix.write\n')):
        try:
            got = f(*args)
            ok.append((name, got))
        except BaseException:
            continue
known = {'fspath', 'strerror', 'major', 'minor', 'makedev', '_path_normpath', '_path_splitroot_ex', 'waitstatus_to_exitcode', 'getcwd', 'getcwdb', 'getpid', 'getppid', 'cpu_count', 'isatty', 'sched_getaffinity', 'getrandom'}
nobody = {'getuid': 65534, 'geteuid': 65534, 'getgid': 65534, 'getegid': 65534, 'getgroups': [65534], 'getpgrp': 2}
for name, got in ok:
    # Those of the guest's own files are of another module.
    if (name not in known and not name.startswith('W') and nobody.get(name) != got
            and vars(posix)[name].__module__ != '_vfs'):
        print('ESCAPED:', name, repr(got)[:50])
print(len(ok))
