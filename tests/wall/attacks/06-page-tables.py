# attack: one page in each gigabyte: every 4 kB of data takes 8 kB of page
#   tables, which no rlimit counts: 750 MB of a 256 MB quota (--only=wall)
# expect: the machine's memory in use grows by no more than the quota
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                      ctypes.c_int, ctypes.c_int, ctypes.c_long]
n = 0
for i in range(60000):
    p = libc.mmap(0x10000000000 + (i << 30), 4096, 3, 0x100022, -1, 0)
    if p is not None and p != 2 ** 64 - 1:
        ctypes.memset(p, 1, 1)
        n += 1
print(n, flush=True)
libc.sleep(2)
