import os
import sys

assert sys.version_info >= (3, 11)
assert sys.maxsize > 2 ** 32 and sys.byteorder in ("little", "big")
assert sys.getsizeof([]) > 0 and sys.getrefcount([]) >= 1
assert sys.intern("a b") == "a b" and sys.platform == "linux"
assert sys.path == ["/job", "/lib"] and sys.executable == ""
limit = sys.getrecursionlimit()
assert 100 < limit < 100000
try:
    raise ValueError
except ValueError as error:
    assert sys.exc_info()[1] is error


def deep(n):
    return n if n == 0 else deep(n - 1)


try:
    deep(10 ** 6)
except RecursionError:
    pass
else:
    raise AssertionError("no limit")
sys.exit(0)
