import base64

data = bytes(range(256))
for encode, decode in ((base64.b64encode, base64.b64decode),
                       (base64.b32encode, base64.b32decode),
                       (base64.b16encode, base64.b16decode),
                       (base64.b85encode, base64.b85decode),
                       (base64.a85encode, base64.a85decode),
                       (base64.urlsafe_b64encode, base64.urlsafe_b64decode)):
    assert decode(encode(data)) == data
assert base64.b64encode(b"hello") == b"aGVsbG8="
