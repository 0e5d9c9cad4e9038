# attack: int 0x80, found inside libc, with rax 3: i386's read(2), named close
#   in the result, as if it were x86-64's number 3 (--only=wall)
# expect: killed, signal 31, and no x86-64 name for the call
import ctypes
libc = ctypes.CDLL(None)
here = (ctypes.cast(libc.read, ctypes.c_void_p).value & ~0xfff) - 0x80000
at = ctypes.string_at(here, 0x100000).find(b"\xcd\x80")
# libffi puts the number of floating-point arguments into rax
call = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_double] * 3)(here + at)
call(1.0, 1.0, 1.0)
