# escape: 520
# technique: tables of tokens and kinds that the guest writes itself: an address becomes a token, its gateway any name
# family: gateway
# goal: network
# expect: contained
import socket, sys
tokens = sys.modules.get('_immure_tokens') or next(
    (m for m in sys.modules.values() if hasattr(m, 'gatewayuri') and hasattr(m, '_names')), None)
if tokens is None:
    import _gateway
    tokens = sys.modules[_gateway.gatewayuri.__module__] if _gateway.gatewayuri.__module__ in sys.modules else None
spaces = [vars(tokens)] if tokens is not None else []
import _gateway
try:
    spaces.append(_gateway.gatewayuri.__globals__)
except Exception as e:
    print(type(e).__name__)
for space in spaces:
    space['_kinds'].update({n: 'stream' for n in ('127.0.0.1', 'mc', 'x')})
    space['_names'].update({'127.0.0.1': '127.0.0.1', '::1': 'mc', 'localhost': 'x'})
for host in ('127.0.0.1', '::1', 'localhost'):
    for port in (22, 25, 53, 80, 631, 3306, 5432, 6379, 11211):
        try:
            s = socket.create_connection((host, port), 1)
            s.sendall(b'version\r\n')
            print('ESCAPED: connected to', host, port, s.recv(20))
        except (OSError, RuntimeError, AttributeError, ImportError) as e:
            last = e
print(type(last).__name__)
