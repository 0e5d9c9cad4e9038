import zlib

data = b"abc" * 1000
assert zlib.decompress(zlib.compress(data, 9)) == data
c = zlib.compressobj(wbits=31)
packed = c.compress(data) + c.flush()
d = zlib.decompressobj(wbits=31)
assert d.decompress(packed, 10) == data[:10] and d.unconsumed_tail
assert zlib.crc32(b"hello") == 907060870 and zlib.adler32(b"a") == 6422626
