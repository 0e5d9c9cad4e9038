# escape: 189
# policy-wall: optional; it changes its own process alone
# technique: BytesIO.getvalue under an exported buffer: a bytes object that changes
# family: memory
# goal: tamper
# expect: contained
import io
b = io.BytesIO()
b.write(b'constant')
view = b.getbuffer()
value = b.getvalue()
table = {value: 1}
view[:3] = b'COR'
print(value, table)
if value != b'constant':
    print('ESCAPED: an immutable bytes object changed')
