# escape: 204
# policy-wall: optional; it changes its own process alone
# technique: parser.Parse inside a handler of the same parser
# family: memory
# goal: memory
# expect: contained
from xml.parsers import expat
p = expat.ParserCreate()
depth = [0]
def start(name, attributes):
    depth[0] += 1
    if depth[0] < 20:
        p.Parse(b'<c x="' + b'y' * 5000 + b'">' * 10, False)
p.StartElementHandler = start
try:
    p.Parse(b'<a>' + b'<b z="1">' * 300, False)
except expat.ExpatError as error:
    print(error)
