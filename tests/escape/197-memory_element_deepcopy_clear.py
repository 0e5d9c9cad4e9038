# escape: 197
# policy-wall: optional; it changes its own process alone
# technique: copy.deepcopy of an Element whose child's __deepcopy__ clears it
# family: memory
# goal: memory
# expect: contained
import copy, xml.etree.ElementTree as ET
hold = []
class Child(ET.Element):
    def __deepcopy__(self, memo):
        root.clear()
        hold.extend([1] * 8 for _ in range(100))
        return self
for _ in range(10):
    root = ET.Element('a')
    for i in range(8):
        root.append(Child('b'))
    try:
        copy.deepcopy(root)
    except Exception as error:
        print(repr(error))
print('done')
