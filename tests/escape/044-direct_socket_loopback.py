# escape: 044
# technique: plain TCP socket to the loopback
# family: direct
# goal: network
# first-seen: folklore
import socket
a = socket.socket(); a.bind(('127.0.0.1', 0)); a.listen(1)
b = socket.create_connection(a.getsockname(), 2)
c, _ = a.accept(); b.sendall(b'hi')
if c.recv(2) == b'hi': print('ESCAPED:tcp', b.getpeername())
