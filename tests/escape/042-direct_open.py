# escape: 042
# technique: plain open() of a host file
# family: direct
# goal: read-file
# first-seen: folklore; HackTricks bypass-python-sandboxes
s = open('/etc/passwd').readline()
if 'root:' in s: print('ESCAPED:' + s[:20])
