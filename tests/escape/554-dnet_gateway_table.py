# escape: 554
# technique: the guest's table of gateways gets one more row
# family: dnet
# goal: network
# first-seen: immure's own gateway module
from immure import gateway
gateway._kinds['web'] = 'fetch'
try: gateway.fetch('http://127.0.0.1:1/', gateway='web')
except gateway.GatewayError as error: print('ESCAPED:asked outside:', error)
else: print('ESCAPED:answered')
