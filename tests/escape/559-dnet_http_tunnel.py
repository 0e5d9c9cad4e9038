# escape: 559
# technique: CONNECT to a host of the guest's choice
# family: dnet
# goal: network
# first-seen: http.client's set_tunnel
import http.client
c = http.client.HTTPConnection('127.0.0.1', 1, timeout=3)
c.set_tunnel('example.invalid', 80)
try: c.connect()
except ConnectionRefusedError: print('ESCAPED:connect')
else: print('ESCAPED:tunnel')
