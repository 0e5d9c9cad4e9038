# escape: 476
# gate: sound
# technique: a text stream that is detached, or given another encoding, by the raw object or the decoder that it is reading with
# family: files
# goal: memory
# expect: contained
import codecs, io
hold = []
def fill():
    hold.extend(bytearray(b'B' * n) for n in (10, 40, 70, 100, 150, 180, 200, 220) for _ in range(60))
class Raw(io.RawIOBase):
    def readable(self):
        return True
    writable = readable
    def readinto(self, view):
        taken = stream.detach()
        del taken
        fill()
        view[:3] = b'abc'
        return 3
    def write(self, view):
        fill()
        return len(view)
class Decoder(codecs.IncrementalDecoder):
    def decode(self, data, final=False):
        stream.reconfigure(encoding='utf-8', newline='')
        fill()
        return bytes(data).decode('latin1')
class Encoder(codecs.IncrementalEncoder):
    def encode(self, text, final=False):
        return text.encode('latin1')
    def setstate(self, state):
        pass
def search(name):
    if name == 'immure_433':
        return codecs.CodecInfo(codecs.latin_1_encode, codecs.latin_1_decode, incrementalencoder=Encoder, incrementaldecoder=Decoder, name=name)
codecs.register(search)
def attempt(call):
    try:
        text = call()
    except (ValueError, RuntimeError, AttributeError) as error:
        return print(repr(error)[:60])
    if 'B' in text:
        print('ESCAPED: read from freed memory', text)
for _ in range(10):
    stream = io.TextIOWrapper(io.BufferedReader(Raw()))
    attempt(lambda: stream.read(3))
    stream = io.TextIOWrapper(io.BytesIO(b'a\r\nb\r\n' * 50), encoding='immure_433')
    attempt(lambda: stream.read(50))
    reader = io.BufferedReader(Raw())
    stream = io.TextIOWrapper(reader)
    lines = iter(reader.readline, b'')
    del reader
    attempt(lambda: str(next(lines)))
print('done')
