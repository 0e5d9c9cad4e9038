# escape: 202
# policy-wall: optional; it changes its own process alone
# technique: buffer_size and buffer_text changed by the handler that empties the buffer
# family: memory
# goal: memory
# expect: contained
from xml.parsers import expat
p = expat.ParserCreate()
p.buffer_text = True
p.buffer_size = 4096
def text(data):
    p.buffer_size = 16
    p.buffer_text = False
p.CharacterDataHandler = text
try:
    p.Parse(b'<a>' + b'x&amp;y\n' * 3000 + b'</a>', True)
except expat.ExpatError as error:
    print(error)
