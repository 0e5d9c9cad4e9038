# escape: 037
# technique: pathlib.Path.read_text / iterdir
# family: dfile
# goal: read-file
# first-seen: folklore
import pathlib
if 'root:' in pathlib.Path('/etc/passwd').read_text(): print('ESCAPED:pathlib', len(list(pathlib.Path('/').iterdir())))
