# escape: 230
# policy-wall: optional; it changes its own process alone
# technique: TreeBuilder whose element_factory feeds and closes the same parser
# family: memory
# goal: memory
# expect: contained
import xml.etree.ElementTree as ET
count = [0]
def factory(tag, attributes):
    count[0] += 1
    if count[0] < 10:
        try:
            parser.feed('<z>' * 50)
            builder.__init__(factory)
            parser.__init__(target=builder)
        except Exception as error:
            pass
    return ET.Element(tag, attributes)
builder = ET.TreeBuilder(factory)
parser = ET.XMLParser(target=builder)
try:
    parser.feed('<a>text' + '<b>text' * 20)
    parser.close()
except Exception as error:
    print(repr(error)[:80])
