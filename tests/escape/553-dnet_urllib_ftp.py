# escape: 553
# technique: urllib.request speaks FTP by another module
# family: dnet
# goal: network
# first-seen: urllib's handlers
import urllib.error, urllib.request
for f in (urllib.request.urlopen, urllib.request.build_opener(urllib.request.CacheFTPHandler).open):
    try: f('ftp://127.0.0.1:1/x', timeout=3)
    except urllib.error.URLError as error:
        if 'refused' in str(error) and 'Errno 111' in str(error): print('ESCAPED:connect')
