import math
import operator
import struct


def work():
    total = 0
    text = "a,b,c"
    for i in range(6000):
        total += len(text.split(",")) + operator.add(i, 1) + int(math.sqrt(i))
        total += abs(-i) + max(i, 3) + ord(chr(i % 128)) + divmod(i, 7)[1]
        total += struct.unpack("<I", struct.pack("<I", i))[0]
    return total
