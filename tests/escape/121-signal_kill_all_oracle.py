# escape: 121
# technique: kill(pid, 0) scans processes of the host
# family: signal
# goal: signal
# first-seen: variation
import os
n = []
for p in range(1, 200):
    try: os.kill(p, 0); n.append(p)
    except (ProcessLookupError, PermissionError): pass
n = [p for p in n if p != os.getpid()]
if n: print('ESCAPED:may signal', n[:5])
