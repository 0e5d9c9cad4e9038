# escape: 198
# policy-wall: optional; it changes its own process alone
# technique: copy.deepcopy of an Element that grows while its children are copied
# family: memory
# goal: memory
# expect: contained
import copy, xml.etree.ElementTree as ET
class Child(ET.Element):
    def __deepcopy__(self, memo):
        root.extend(ET.Element('x') for _ in range(5000))
        return ET.Element('y')
root = ET.Element('a')
root.append(Child('b'))
try:
    new = copy.deepcopy(root)
    print(len(new), new[-1].tag)
except Exception as error:
    print(repr(error))
