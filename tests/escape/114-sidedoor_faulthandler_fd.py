# escape: 114
# technique: faulthandler.dump_traceback(file=<int fd>) writes to any inherited descriptor with no file object
# family: sidedoor
# goal: write-file
# first-seen: variation
import faulthandler, os
r, w = os.pipe()
faulthandler.dump_traceback(file=w)
if b'Current thread' in os.read(r, 99): print('ESCAPED:wrote to raw fd', w)
