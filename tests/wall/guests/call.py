# One system call by native code: NUMBER [ARGUMENT...], "pid" for its own pid.
import ctypes
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
numbers = [1 if word == "pid" else int(word, 0) for word in sys.argv[1:]]
numbers += [0] * (7 - len(numbers))
back = libc.syscall(*map(ctypes.c_long, numbers))
print(back, ctypes.get_errno(), flush=True)
