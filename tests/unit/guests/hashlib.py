import hashlib

assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf")
assert hashlib.md5(b"").hexdigest() == "d41d8cd98f00b204e9800998ecf8427e"
for name in sorted(hashlib.algorithms_guaranteed):
    h = hashlib.new(name)
    h.update(b"x")
    assert h.digest(4) if name.startswith("shake") else h.digest()
assert hashlib.blake2b(b"x", digest_size=8, key=b"k").digest_size == 8
assert len(hashlib.pbkdf2_hmac("sha256", b"p", b"s", 10)) == 32
assert len(hashlib.scrypt(b"p", salt=b"s", n=4, r=1, p=1)) == 64
try:
    hashlib.new("no-such-hash")
except ValueError:
    pass
else:
    raise AssertionError("unknown hash")
