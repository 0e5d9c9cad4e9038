# escape: 521
# technique: the way by which a host program registers gateways, opened again inside the jail
# family: gateway
# goal: network
# expect: contained
import gc, sys
import _gateway
space = None
try:
    space = _gateway.gatewayuri.__globals__
except Exception as e:
    print(type(e).__name__)
called = []
if space is not None:
    space['_register'] = lambda name, uri: called.append((name, uri))
try:
    t = _gateway.gatewayuri('mine', 'tcp://127.0.0.1:22')
    import socket
    s = socket.create_connection(t, 1)
    print('ESCAPED: registered', s.recv(10))
except (OSError, ValueError, RuntimeError, ImportError, AttributeError, TypeError) as e:
    print(type(e).__name__, called)
try:
    for o in gc.get_objects():
        if type(o).__name__ == 'builtin_function_or_method' and o.__name__ == 'register':
            try:
                o('mine', 'tcp://127.0.0.1:22')
                print('ESCAPED: the real one', o)
            except Exception as e:
                print(type(e).__name__)
except Exception as e:
    print(type(e).__name__)
