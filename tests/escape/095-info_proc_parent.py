# escape: 095
# technique: /proc/<ppid>/environ, cmdline, fd, cwd of the host process
# family: info
# goal: env
# first-seen: codejail / CI runner advisories
import os
b = open('/proc/%d/cmdline' % os.getppid(), 'rb').read()
if b: print('ESCAPED:parent cmdline', b[:60])
