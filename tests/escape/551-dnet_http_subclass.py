# escape: 551
# technique: a subclass of HTTPConnection brings a socket of its own
# family: dnet
# goal: network
# first-seen: http.client's design
import http.client, socket
class C(http.client.HTTPConnection):
    def connect(self): self.sock = socket.create_connection((self.host, self.port), 3)
c = C('127.0.0.1', 1)
try: c.request('GET', '/')
except ConnectionRefusedError: print('ESCAPED:connect')
