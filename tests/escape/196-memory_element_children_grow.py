# escape: 196
# policy-wall: optional; it changes its own process alone
# technique: copy.copy and slices of an Element whose children change meanwhile
# family: memory
# goal: memory
# expect: contained
import copy, xml.etree.ElementTree as ET
class Index:
    def __index__(self):
        root.clear()
        return 1
def children():
    yield ET.Element('x')
    root.clear()
    yield ET.Element('y')
for call in (lambda: root.__setitem__(slice(0, 4), children()), lambda: root.__setitem__(slice(None, None, -1), children()),
             lambda: root.__delitem__(slice(Index(), 9)), lambda: root[Index():5], lambda: root[Index()],
             lambda: root.insert(Index(), ET.Element('z')), lambda: root.extend(children()),
             lambda: root.__setstate__({'tag': 'a', '_children': list(children()), 'attrib': {}}),
             lambda: copy.copy(root), lambda: root.__init__('b')):
    root = ET.Element('a')
    for i in range(8):
        root.append(ET.Element('b'))
    try:
        print(call())
    except Exception as error:
        print(repr(error))
    print(len(root))
