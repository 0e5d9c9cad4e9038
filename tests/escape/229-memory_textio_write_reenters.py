# escape: 229
# policy-wall: optional; it changes its own process alone
# technique: TextIOWrapper.write called again while it flushes
# family: memory
# goal: memory
# expect: contained
import io
class Raw(io.RawIOBase):
    def writable(self):
        return True
    def write(self, data):
        if depth[0] < 5:
            depth[0] += 1
            text.write('z' * 9000)
            text.write('q')
        got.append(bytes(data))
        return len(data)
got, depth = [], [0]
text = io.TextIOWrapper(Raw(), 'ascii', write_through=False)
for _ in range(30):
    text.write('a' * 5000)
text.flush()
odd = set(b''.join(got)) - set(b'azq')
if odd:
    print('ESCAPED: other memory written', odd)
print(len(b''.join(got)))
