# escape: 522
# technique: hosts whose str(), hash and equality say one thing to the check and another to the connection
# family: gateway
# goal: network
# expect: contained
import socket
class Host(str):
    n = 0
    def __eq__(self, other): Host.n += 1; return True
    def __hash__(self): return hash('127.0.0.1')
    def __str__(self): Host.n += 1; return 'gateway-' + '0' * 32 if Host.n % 2 else '127.0.0.1'
    def decode(self, *a): return '127.0.0.1'
class Address(tuple):
    def __getitem__(self, i): return ('127.0.0.1', 22)[i]
    def __len__(self): return 2
class Bytes(bytes):
    def decode(self, *a): return Host('127.0.0.1')
for where in (Host('x'), (Host('x'), 22), Address((Host('y'), 1)), (Bytes(b'127.0.0.1'), 22),
              (bytearray(b'127.0.0.1'), 22), ('127.0.0.1\0', 22), ('', 22), (None, 22), 22, b'', ()):
    for function in (socket.create_connection, lambda w: socket.socket().connect(w),
                     lambda w: socket.socket().connect_ex(w),
                     lambda w: socket.getaddrinfo(w[0] if isinstance(w, tuple) and w else w, 22)):
        try:
            got = function(where)
            if got not in (None, 111, 13, 110) and not isinstance(got, list):
                print('ESCAPED: connected', got, got.recv(5) if hasattr(got, 'recv') else '')
        except (OSError, ValueError, TypeError, AttributeError, RuntimeError, IndexError) as e:
            last = type(e).__name__
print(last)
