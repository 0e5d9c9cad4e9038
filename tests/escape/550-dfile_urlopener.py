# escape: 550
# technique: the old URLopener reads file: by a code path of its own
# family: dfile
# goal: read-file
# first-seen: urllib (deprecated classes)
import urllib.request
o = urllib.request.FancyURLopener()
if b'root:' in o.open_local_file('/etc/passwd').read() or b'root:' in o.open('file:///etc/passwd').read(): print('ESCAPED:local file')
