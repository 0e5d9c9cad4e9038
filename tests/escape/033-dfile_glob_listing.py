# escape: 033
# technique: directory listing through glob/pathlib/os.scandir/fnmatch helpers
# family: dfile
# goal: host-info
# first-seen: folklore
import glob
n = glob.glob('/etc/pass*')
if '/etc/passwd' in n: print('ESCAPED:%s' % n)
