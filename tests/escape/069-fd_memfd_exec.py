# escape: 069
# technique: memfd_create + execve of /proc/self/fd/N: program without a file system
# family: fd
# goal: exec
# first-seen: fileless malware notes
import os
m = os.memfd_create('x', 0); os.write(m, b'#!/bin/sh\necho ESCAPED:memfd exec\n')
p = os.fork()
if p == 0: os.execve('/proc/self/fd/%d' % m, ['x'], {})
os.waitpid(p, 0)
