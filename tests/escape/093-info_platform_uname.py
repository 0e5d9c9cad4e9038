# escape: 093
# technique: kernel, hostname, user: os.uname, platform, getpass, socket.gethostname
# family: info
# goal: host-info
# first-seen: folklore
import os
u = os.uname()
print('ESCAPED:' + u.nodename + ' ' + u.release)
