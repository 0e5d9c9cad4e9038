# escape: 210
# policy-wall: optional; it changes its own process alone
# technique: LZMA and BZ2 objects made by __new__ alone, or initialised twice
# family: memory
# goal: memory
# expect: contained
import bz2, lzma
for make in (lzma.LZMADecompressor, bz2.BZ2Decompressor):
    data = lzma.compress(b'x' * 50000) if make is lzma.LZMADecompressor else bz2.compress(b'x' * 50000)
    d = make()
    d.decompress(data[:40], max_length=10)
    d.__init__()
    try:
        print(len(d.decompress(data, max_length=100)))
    except (OSError, MemoryError, lzma.LZMAError) as error:
        print(error)
for kind, data in ((lzma.LZMACompressor, b''), (bz2.BZ2Compressor, b'')):
    x = kind.__new__(kind)
    x.compress(data)
