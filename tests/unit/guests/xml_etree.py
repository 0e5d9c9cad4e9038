import io
import xml.etree.ElementTree as ET

root = ET.fromstring("<r a='1'><x>t&amp;é</x><x/></r>")
assert root.get("a") == "1" and root.find("x").text == "t&é"
assert len(root.findall(".//x")) == 2 and [e.tag for e in root.iter()] == [
    "r", "x", "x"]
ET.SubElement(root, "y").text = "z"
assert ET.tostring(root).endswith(b"<y>z</y></r>")
ET.indent(root)
out = io.BytesIO()
ET.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True)
assert ET.parse(io.BytesIO(out.getvalue())).getroot().tag == "r"
events = [e for e, _ in ET.iterparse(io.BytesIO(out.getvalue()), ("start",))]
assert len(events) == 4
try:
    ET.fromstring("<a>")
except ET.ParseError as error:
    assert error.position == (1, 3)
else:
    raise AssertionError("bad XML")
