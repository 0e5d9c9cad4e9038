# escape: 099
# technique: ctypes: libc call and memmove
# family: memory
# goal: memory
# first-seen: DiceCTF 2024 diligent-auditor; smolagents issue 2094
import ctypes
n = ctypes.CDLL(None).getpid()
s = b'frozen-bytes'; ctypes.memmove(id(s) + 32, b'X', 1)
if s[0] == 88 and n > 0: print('ESCAPED:ctypes pid', n)
