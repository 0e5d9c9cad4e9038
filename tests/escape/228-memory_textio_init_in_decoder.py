# escape: 228
# policy-wall: optional; it changes its own process alone
# technique: TextIOWrapper.__init__ and detach from its own decoder
# family: memory
# goal: memory
# expect: contained
import codecs, io
class Decoder(codecs.IncrementalDecoder):
    def decode(self, data, final=False):
        try:
            text.__init__(io.BytesIO(b'new'), 'x-immure-odd')
            text.detach()
        except Exception:
            pass
        return 'ab' * len(data)
    def getstate(self):
        return (b'x' * 50, 1 << 62)
def search(name):
    if name.replace('_', '-') == 'x-immure-odd':
        return codecs.CodecInfo(codecs.latin_1_encode, codecs.latin_1_decode,
                                incrementaldecoder=Decoder,
                                incrementalencoder=codecs.IncrementalEncoder)
codecs.register(search)
for op in ('read', 'readline', 'tell', '__next__'):
    text = io.TextIOWrapper(io.BytesIO(b'data\n' * 3000), 'x-immure-odd')
    for _ in range(3):
        try:
            getattr(text, op)(*([5] if op == 'read' else []))
        except (Exception, StopIteration) as error:
            print(op, repr(error)[:60])
