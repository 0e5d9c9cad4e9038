# escape: 242
# policy-wall: optional; it changes its own process alone
# technique: the object under sys.stdout: other descriptors, re-initialised wrappers
# family: stdstream
# goal: fd
# expect: contained
import io, sys
raw = sys.stdout.buffer
kind = type(raw)
for call in (lambda: kind(3, 'x'), lambda: kind(0, 'x'), lambda: kind(True, 'x'), lambda: kind(1 << 32 | 3, 'x'),
             lambda: kind.__new__(kind, -1, 'x'), lambda: type('S', (kind,), {}), lambda: setattr(raw, 'fd', 3),
             lambda: object.__new__(kind), lambda: kind.__init__(raw, 5, 'x'), lambda: raw.__class__.__call__,
             lambda: raw.fileno(), lambda: setattr(raw, '__class__', io.BytesIO), lambda: raw.__reduce_ex__(4)):
    try:
        got = call()
        if type(got) is kind and got.name == 'x':
            print('made', got)
            if got is not raw and call.__code__.co_consts[1] not in (1, True):
                print('ESCAPED: a stream over another descriptor')
    except Exception as error:
        print(repr(error)[:70])
text = sys.stdout
text.reconfigure(encoding='latin-1', errors='replace', newline='\r\n', line_buffering=False)
text.__init__(io.BytesIO(), 'utf-8')
