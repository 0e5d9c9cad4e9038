# attack: system call -1: killed by seccomp, but the result has syscall null and
#   immure says "or by another process" (--only=wall)
# expect: killed, signal 31, syscall number -1
import ctypes
ctypes.CDLL(None).syscall(ctypes.c_long(-1))
