import binascii

assert binascii.hexlify(b"\x01\xff") == b"01ff"
assert binascii.unhexlify("01ff") == b"\x01\xff"
assert binascii.crc32(b"hello") == 907060870
assert binascii.a2b_base64(binascii.b2a_base64(b"x" * 50)) == b"x" * 50
try:
    binascii.unhexlify("0")
except binascii.Error:
    pass
else:
    raise AssertionError("odd length")
