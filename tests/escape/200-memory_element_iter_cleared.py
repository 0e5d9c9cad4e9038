# escape: 200
# policy-wall: optional; it changes its own process alone
# technique: iterators of an Element whose tree is cleared and re-initialised between the steps
# family: memory
# goal: memory
# expect: contained
import xml.etree.ElementTree as ET
hold = []
for make in (lambda r: r.iter(), lambda r: r.itertext(), lambda r: iter(r), lambda r: r.iterfind('.//b')):
    root = ET.fromstring('<a>t' + '<b>x<c/>y</b>z' * 50 + '</a>')
    n = 0
    for x in make(root):
        n += 1
        if n % 3 == 1:
            root.clear()
            root.__init__('q')
            hold.append([bytes(48) for _ in range(100)])
            root.extend(ET.Element('b') for _ in range(3))
        if n > 50:
            break
    print(n)
