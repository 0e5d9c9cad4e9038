# escape: 556
# technique: a proxy of the guest's choice
# family: dnet
# goal: network
# first-seen: urllib's handlers
import os, urllib.error, urllib.request
os.environ['http_proxy'] = 'http://127.0.0.1:1'
for o in (urllib.request.build_opener(urllib.request.ProxyHandler({'http': '127.0.0.1:1'})), urllib.request.build_opener()):
    try: o.open('http://example.invalid/', timeout=3)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError): print('ESCAPED:connect')
