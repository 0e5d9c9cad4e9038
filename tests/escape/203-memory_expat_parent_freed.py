# escape: 203
# policy-wall: optional; it changes its own process alone
# technique: a pyexpat subparser used after its parent parser is gone
# family: memory
# goal: memory
# expect: contained
from xml.parsers import expat
hold = []
for n in range(50):
    parent = expat.ParserCreate()
    parent.Parse(b'<!DOCTYPE a [<!ENTITY e "text">]><a>', False)
    child = parent.ExternalEntityParserCreate(None)
    del parent
    hold.append([bytes(2000) for _ in range(20)])
    try:
        child.Parse(b'<b>&e;</b>', True)
    except expat.ExpatError as error:
        pass
    del child
print('done')
