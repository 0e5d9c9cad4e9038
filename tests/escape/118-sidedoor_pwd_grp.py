# escape: 118
# technique: pwd/grp/spwd read the user database through libc
# family: sidedoor
# goal: read-file
# first-seen: variation
import pwd
e = pwd.getpwuid(0)
if e.pw_name == 'root': print('ESCAPED:%s:%s' % (e.pw_name, e.pw_shell))
