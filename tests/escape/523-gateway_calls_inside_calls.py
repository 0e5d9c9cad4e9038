# escape: 523
# technique: finalizers, buffers and signal handlers that call a gateway while another call is on its way
# family: gateway
# goal: memory
# gate: sound
# expect: contained
import gc, socket
try:
    import _jail
except ImportError:
    _jail = None
from immure import gateway
class Noisy:
    def __del__(self):
        try: gateway.exchange('x', b'in a finalizer')
        except Exception: pass
class Buffer(bytearray):
    def __len__(self): gateway.exchange('y', b''); return 3
    def __bytes__(self): return gateway.exchange('z', b'') or b'z'
class Name(str):
    def __str__(self): Noisy(); return 'n'
for i in range(200):
    a = Noisy(); a.self = a
    del a
    for name, data in (('f', b'x' * (1 << i % 22)), (Name('g'), Buffer(b'abc')), ('h' * 65, b''), ('', b''),
                       ('a\0b', b''), ('\udc80', b''), ('f', memoryview(bytearray(9))), (None, None)):
        try:
            gateway.exchange(name, data)
            print('ESCAPED: answered', name)
        except Exception as e:
            last = type(e).__name__
    gc.collect()
for _ in range(50):
    try:
        s = socket.socket.__new__(socket.socket)
        for name in ('recv', 'send', 'close', 'makefile', 'fileno', 'getpeername', 'shutdown', '__exit__', '__del__'):
            try: getattr(s, name)(*({'recv': (5,), 'send': (b'x',), 'shutdown': (2,)}.get(name, ())))
            except Exception as e: last = type(e).__name__
    except Exception as e:
        last = type(e).__name__
print(last)
