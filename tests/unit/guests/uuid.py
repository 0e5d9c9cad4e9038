import uuid

assert uuid.uuid4() != uuid.uuid4() and uuid.uuid4().version == 4
assert str(uuid.uuid5(uuid.NAMESPACE_DNS, "python.org")) == \
    "886313e1-3b8a-5372-9b90-0c9aee199e5d"
assert uuid.uuid3(uuid.NAMESPACE_URL, "x").version == 3
a, b = uuid.uuid1(), uuid.uuid1()
assert a != b and a.version == 1 and a.node >> 40 & 1
assert uuid.UUID("{12345678-1234-5678-1234-567812345678}").hex.startswith("1234")
